import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Turns } from '../../src/cluster/turns.ts';

it('never more have their turn at once than may, everybody who stays has one, and in the order in which they came', async () => {
  const leave = fc.constantFrom('give up', 'end', 'end, and whose turn it is gives up too late');
  const what = fc.oneof({ arbitrary: fc.constant('take'), weight: 2 }, { arbitrary: leave, weight: 1 });
  const steps = fc.array(fc.record({ action: what, at: fc.nat() }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (atOnce, actions) => {
      const turns = new Turns(atOnce);
      const had: number[] = [];
      const waiting = new Map<number, AbortController>();
      const ends: (() => void)[] = [];
      let came = 0;
      const take = (): void => {
        const who = came++;
        const caller = new AbortController();
        waiting.set(who, caller);
        const begin = (end: () => void): void => {
          waiting.delete(who);
          had.push(who);
          ends.push(end);
        };
        turns.take(caller.signal).then(begin, () => waiting.delete(who));
      };
      let gone = 0;
      for (const { action, at } of actions) {
        if (action === 'take') take();
        const callers = [...waiting.values()];
        if (action.startsWith('end')) ends.shift()?.();
        if (action.endsWith('too late')) callers[0]?.abort();
        if (action === 'give up' && callers.length > 0) {
          callers[at % callers.length]?.abort();
          gone += 1;
        }
        await settled();
        expect(ends.length).toBeLessThanOrEqual(atOnce);
        if (waiting.size > 0) expect(ends.length).toBe(atOnce);
      }
      while (ends.length > 0) {
        ends.shift()?.();
        await settled();
      }
      expect(had).toEqual(had.toSorted((one, other) => one - other));
      expect(had.length + gone).toBe(came);
    }),
  );
});

it('who gave up before does not come to a turn', async () => {
  await expect(new Turns(1).take(AbortSignal.abort('over'))).rejects.toBe('over');
});

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
