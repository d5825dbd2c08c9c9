import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { answering, ask, type Peer } from '../../src/ipc/questions.ts';

/** The two ends of a channel: what one says the other hears, as JSON. */
function channel(): [Peer, Peer] {
  const [one, other] = [new EventEmitter(), new EventEmitter()];
  const end = (here: EventEmitter, there: EventEmitter): Peer =>
    Object.assign(here, {
      send: (message: unknown, whenSent: (error: Error | null) => void) => {
        queueMicrotask(() => there.emit('message', JSON.parse(JSON.stringify(message))));
        whenSent(null);
        return true;
      },
    });
  return [end(one, other), end(other, one)];
}

describe('a question over IPC', () => {
  it('is answered, each with its own answer, also with nothing', async () => {
    const [here, there] = channel();
    answering(there, {
      double: (about) => new Promise((resolve) => setTimeout(() => resolve(2 * Number(about)), 10 - Number(about))),
      nothing: () => Promise.resolve(undefined),
    });

    const asked = [1, 5, 9].map((number) => ask(here, 'double', number, 1000));

    expect(await Promise.all(asked)).toEqual([2, 10, 18]);
    expect(await ask(here, 'nothing', undefined, 1000)).toBeUndefined();
  });

  it('fails with what the other failed by, or where that knows no answer', async () => {
    const [here, there] = channel();
    answering(there, { fails: () => Promise.reject(new Error('there is no room')) });

    await expect(ask(here, 'fails', {}, 1000)).rejects.toThrow('there is no room');
    await expect(ask(here, 'other', {}, 1000)).rejects.toThrow('That is not known here: other.');
  });

  it('fails where nobody answers in time, or is there, and leaves nobody listening', async () => {
    const [here] = channel();

    await expect(ask(here, 'any', {}, 20)).rejects.toThrow('It was not answered within 0.02 s: any.');
    await expect(ask(new EventEmitter(), 'any', {}, 1000)).rejects.toThrow('There is nobody to ask: any.');
    expect((here as EventEmitter).listenerCount('message')).toBe(0);
  });

  it('leaves alone what else is said', async () => {
    const [here, there] = channel();
    answering(there, { any: () => Promise.resolve('answer') });

    let answers = 0;
    here.on('message', () => {
      answers += 1;
    });

    for (const message of ['ready', { question: 'any' }, null]) here.send?.(message, () => undefined);

    expect(await ask(here, 'any', undefined, 1000)).toBe('answer');
    expect(answers).toBe(1);
  });
});
