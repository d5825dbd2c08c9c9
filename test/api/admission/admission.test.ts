import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Admission } from '../../../src/api/admission/admission.ts';
import { Load } from '../../../src/api/admission/load.ts';
import type { QueueReading } from '../../../src/api/admission/queue.ts';
import type { Refusal } from '../../../src/api/admission/refusal.ts';
import type { ProblemError } from '../../../src/api/http/problems.ts';

const SECOND_MS = 1000;
/** Ten a second are taken from it, and it has been busy for longer than that is averaged over. */
const BUSY = { waiting: 300, oldestMs: 40 * SECOND_MS, takenPerSecond: 10 };
const CALM = { waiting: 0, oldestMs: 0, takenPerSecond: 0.1 };

/** Who is let in where these are the queues. */
async function admissionAt(queues: Omit<QueueReading, 'at'>[], hasWorkers = true) {
  const refused: Refusal[] = [];
  const read = () => ({ queues: queues.map((queue) => ({ ...queue, at: performance.now() })), hasWorkers });
  const load = new Load(() => Promise.resolve(read()));
  const admission = new Admission(load, (reason) => refused.push(reason));
  load.watch();
  if (hasWorkers) await vi.waitUntil(() => load.queues.length > 0);
  return { admission, refused };
}

/** Asks for an environment. @returns the refusal, if it is one */
function ask(admission: Admission, dev_id: string, project: string, waitS: number): ProblemError | undefined {
  try {
    admission.admit({ dev_id, project }, waitS * SECOND_MS);
    return undefined;
  } catch (error) {
    return error as ProblemError;
  }
}

describe('a start that has to be queued', () => {
  it('is refused where that takes longer than its caller waits, with how long and when to come back, and let in else', async () => {
    const { admission, refused } = await admissionAt([BUSY, CALM]);

    const refusal = ask(admission, 'ann', 'shop', 20);

    expect(refusal?.problem).toMatchObject({ status: 503, detail: expect.stringContaining('would begin in 30 s') });
    // In ten seconds it is short enough; whoever is refused next comes a tenth of a second later.
    expect(Number(refusal?.headers['Retry-After'])).toBeGreaterThanOrEqual(10);
    expect(Number(refusal?.headers['Retry-After'])).toBeLessThanOrEqual(11);
    expect(ask(admission, 'ann', 'shop', 40)).toBeUndefined();
    expect(refused).toEqual(['overload']);
  });

  it('is refused where both queues together take too long', async () => {
    const { admission } = await admissionAt([BUSY, BUSY]);

    expect(ask(admission, 'ann', 'shop', 70)).toBeUndefined();
    expect(ask(admission, 'bob', 'shop', 50)?.problem.detail).toContain('would begin in 6');
  });

  it('is not kept out by pods that others wait for, where it waits for none itself', async () => {
    const { admission } = await admissionAt([CALM, BUSY]);

    expect(() => admission.admit({ dev_id: 'ann', project: 'shop' }, SECOND_MS, 'tasks of workflows')).not.toThrow();
    expect(() => admission.admit({ dev_id: 'bob', project: 'shop' }, SECOND_MS, 'both queues')).toThrow();
  });

  it('counts those that were let in since', async () => {
    const { admission } = await admissionAt([BUSY, CALM]);
    for (let index = 0; index < 100; index++) ask(admission, 'ann', `project-${index}`, 3600);

    expect(ask(admission, 'ann', 'one-more', 39)?.problem.detail).toContain('would begin in 40 s');
    expect(ask(admission, 'ann', 'one-more', 41)).toBeUndefined();
  });

  it('is not refused where it was let in before and may be queued still: whoever asks again joins it', async () => {
    const { admission } = await admissionAt([BUSY, CALM]);

    expect(ask(admission, 'ann', 'shop', 40)).toBeUndefined();
    expect(ask(admission, 'ann', 'shop', 1)).toBeUndefined();
    expect(ask(admission, 'ann', 'other', 1)).toBeDefined();
  });

  it('is let in for a developer who has little queued, while one is refused who has much', async () => {
    const { admission } = await admissionAt([BUSY, CALM]);
    for (let index = 0; index < 100; index++) ask(admission, 'ann', `project-${index}`, 3600);

    expect(ask(admission, 'ann', 'one-more', 5)).toBeDefined();
    expect(ask(admission, 'bob', 'shop', 5)).toBeUndefined();
  });

  it.each([
    ['nobody waits for long', [CALM, CALM], true],
    ['no worker runs', [BUSY, BUSY], false],
    ['nothing is known yet', [], true],
  ] as const)('is let in where %s', async (_, queues, hasWorkers) => {
    const { admission, refused } = await admissionAt([...queues], hasWorkers && queues.length > 0);

    expect(ask(admission, 'ann', 'shop', 1)).toBeUndefined();
    expect(refused).toEqual([]);
  });
});

describe('the time to come back', () => {
  it('is another for each of many who are refused at once, as many a second as are served', async () => {
    const { admission } = await admissionAt([BUSY, CALM]);

    const moment = vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    onTestFinished(() => moment.mockRestore());
    const told = Array.from({ length: 200 }, (_, index) =>
      Number(ask(admission, 'ann', `project-${index}`, 20)?.headers['Retry-After']),
    );

    const inOneSecond = Object.values(Object.groupBy(told, String)).map((same) => same?.length ?? 0);
    expect(Math.max(...inOneSecond)).toBeLessThanOrEqual(11);
    expect(Math.min(...told)).toBeGreaterThanOrEqual(10);
  });

  it('of what is queued is when its turn is expected, and soon where nothing waits', async () => {
    expect((await admissionAt([BUSY, CALM])).admission.lookAgain()).toBe('30');
    expect((await admissionAt([CALM, CALM])).admission.lookAgain()).toBe('1');
  });
});
