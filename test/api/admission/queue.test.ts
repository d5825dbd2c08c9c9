import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedWaitMs } from '../../../src/api/admission/expected-wait.ts';
import { following, type Queue, type QueueReading, servedPerSecond } from '../../../src/api/admission/queue.ts';
import { simulate } from './simulated-queue.ts';

const ALL = { added: 0, share: 1 };
const rate = fc.integer({ min: 1, max: 50 });
const surges = fc.array(fc.nat(120), { minLength: 5, maxLength: 90 });

describe('the measured rate of a queue', () => {
  it('is never less than what workers take, so that nobody is refused who would have been served', () => {
    fc.assert(
      fc.property(surges, rate, (arrivals, perSecond) => {
        for (const queue of seen(simulate(arrivals, perSecond))) {
          const measured = servedPerSecond(queue);
          if (measured !== undefined) expect(measured).toBeGreaterThanOrEqual(perSecond * 0.999);
          expect(expectedWaitMs(queue, ALL)).toBeLessThanOrEqual((queue.waiting * 1000.1) / perSecond);
        }
      }),
    );
  });

  it('is what workers take once the queue has been busy for half a minute', () => {
    fc.assert(
      fc.property(rate, fc.integer({ min: 2, max: 5 }), (perSecond, times) => {
        const overload = Array.from({ length: 60 }, () => perSecond * times);
        const queue = seen(simulate(overload, perSecond)).at(-1);
        expect(queue && servedPerSecond(queue)).toBeCloseTo(perSecond, 3);
        expect(queue && expectedWaitMs(queue, ALL)).toBeCloseTo(60_000 * (times - 1), -2);
      }),
    );
  });

  it('is not known where nobody waits for as long as a second, however much is asked for', () => {
    for (const queue of seen(simulate([50, 50, 50, 50], 50))) expect(servedPerSecond(queue)).toBeUndefined();
  });

  it('is told from one reading to the next, and begins anew after a calm', () => {
    const busy = { waiting: 10, oldestMs: 2000, takenPerSecond: 1 };
    const first = following(undefined, { at: 100_000, ...busy });
    const second = following(first, { at: 101_000, ...busy, oldestMs: 2500 });
    const calm = following(second, { at: 102_000, waiting: 1, oldestMs: 10, takenPerSecond: 1 });
    const again = following(calm, { at: 110_000, ...busy });

    expect([first, second, calm, again].map(({ busySince }) => busySince)).toEqual([
      98_000,
      98_000,
      undefined,
      108_000,
    ]);
  });

  it('is of the moment at which it was told first, where Temporal tells the same again', () => {
    const told = { waiting: 10, oldestMs: 2000, takenPerSecond: 1 };
    const first = following(undefined, { at: 100_000, ...told });

    expect(following(first, { at: 104_000, ...told })).toBe(first);
  });
});

describe('the wait that whoever comes now must expect', () => {
  const queue: Queue = { at: 60_000, waiting: 90, oldestMs: 3000, takenPerSecond: 10, busySince: 20_000 };

  it('is what is before them, at the rate at which it is taken', () => {
    expect(expectedWaitMs(queue, ALL)).toBe(9000);
    expect(expectedWaitMs(queue, { added: 30, share: 1 })).toBe(12_000);
    expect(expectedWaitMs(queue, { added: 30, share: 0.1 })).toBe(1200);
  });

  it('is as long as the oldest has waited, where workers take nothing', () => {
    expect(expectedWaitMs({ ...queue, takenPerSecond: 0 }, ALL)).toBe(3000);
  });

  it('is none where nobody waits for long, though few are taken because few come', () => {
    const { busySince: _, ...calm } = queue;
    expect(expectedWaitMs({ ...calm, takenPerSecond: 0.03 }, ALL)).toBe(0);
  });
});

/** What is known of a queue after each of its readings. */
function seen(readings: readonly QueueReading[]): Queue[] {
  let queue: Queue | undefined;
  return readings.map((reading) => {
    queue = following(queue, reading);
    return queue;
  });
}
