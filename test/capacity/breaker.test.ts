import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/capacity/breaker.ts';
import type { Slot } from '../../src/capacity/observation.ts';
import { plan } from '../../src/capacity/plan.ts';
import { made, NEW, NOW, OLD, observed, planned, read, slots, works } from './observed.ts';

const MINUTE_MS = 60_000;

/** A pool of ten, of which the current version failed so often, just now. */
function failed(failedInARow: number, pool: Slot[], others: Outcome[] = [works(OLD)], changes = {}) {
  const failing = { digest: NEW, failedInARow, lastFailedAt: NOW };
  return observed([], { floor: 10, pool: read({ slots: pool, outcomes: [failing, ...others] }), ...changes });
}

describe('the breaker', () => {
  const old = slots(8, { digest: OLD });

  it('lets a version that never worked fail three times at the most, together', () => {
    expect([0, 1, 2].map((failures) => made(planned(failed(failures, old))))).toEqual([3, 2, 1]);
    expect(made(planned(failed(2, [...old, ...slots(1, { state: 'making' })])))).toBe(0);
  });

  it('lets one that worked before fail no more often once it begins to', () => {
    const begins = (failedInARow: number) => read({ slots: [], outcomes: [works(NEW, { failedInARow })] });
    expect([0, 1, 2].map((failures) => made(planned(observed([], { floor: 10, pool: begins(failures) }))))).toEqual([
      10, 2, 1,
    ]);
  });

  it('opens after three failures in a row: the last good version is made and served, and it says why', () => {
    expect(planned(failed(2, old)).breaker).toBeUndefined();
    const { make, serve, breaker, reasons } = planned(failed(3, old));
    expect({ make, serve }).toEqual({ make: [{ digest: OLD, count: 2 }], serve: [OLD] });
    expect(breaker).toEqual({ digest: NEW, failures: 3, trialAt: NOW + 5 * MINUTE_MS });
    expect(reasons).toEqual([
      'The floor is 10.',
      'sha256:222222222222 failed 3 times in a row: sha256:111111111111 is made until a trial at 2026-03-02T08:05:00.000Z.',
    ]);
  });

  it('takes for the last good version the one that was made last, and none that fails as well', () => {
    const others = [
      works('sha256:a', { lastMadeAt: NOW - 3 * MINUTE_MS }),
      works('sha256:b', { lastMadeAt: NOW - 2 * MINUTE_MS }),
      works('sha256:c', { lastMadeAt: NOW - MINUTE_MS, failedInARow: 3 }),
      { digest: 'sha256:d', failedInARow: 1 },
    ];
    expect(planned(failed(3, [], others)).make).toEqual([{ digest: 'sha256:b', count: 10 }]);
    expect(planned(failed(3, [], others.toReversed())).make).toEqual([{ digest: 'sha256:b', count: 10 }]);
  });

  it('keeps what there is of a version that is set aside: it was made and verified, and is what a start would build', () => {
    const { remove, serve } = planned(failed(3, [...slots(2), ...old]));
    expect({ remove, serve }).toEqual({ remove: [], serve: [NEW, OLD] });
  });

  it('serves nothing of a version that is set aside but what is ready', () => {
    const unfit = (['making', 'broken', 'going'] as const).flatMap((state) => slots(1, { state }));
    expect(planned(failed(3, [...unfit, ...old])).serve).toEqual([OLD]);
  });

  it('makes nothing where no version is known to work, and wants what it wanted', () => {
    const { desired, make, reasons } = planned(failed(3, [], []));
    expect({ desired, make }).toEqual({ desired: 10, make: [] });
    expect(reasons[1]).toContain('no other is known to work');
    expect(planned(failed(3, [], [{ digest: OLD, failedInARow: 1 }])).make).toEqual([]);
    const cramped = planned(failed(3, [], []), read(4));
    expect(cramped.desired).toBe(4);
  });

  it('takes no room from others for what cannot be made', () => {
    const other = observed([], { template: 'go', floor: 4 });
    const { slots: pools } = plan([failed(3, [], []), other], read(4), NOW);
    expect(pools.map((pool) => made(pool))).toEqual([4, 0]);
  });

  it('tries one slot again after a pause, which doubles with each further failure up to an hour', () => {
    const triedAfter = (failures: number, minutes: number): number =>
      made(planned(failed(failures, old), read(100), NOW + minutes * MINUTE_MS));
    expect([triedAfter(3, 4.99), triedAfter(3, 5)]).toEqual([0, 1]);
    expect([triedAfter(4, 9.99), triedAfter(4, 10)]).toEqual([0, 1]);
    expect([triedAfter(9, 59.99), triedAfter(9, 60)]).toEqual([0, 1]);
    const trying = [...old, ...slots(1, { state: 'making' })];
    expect(made(planned(failed(3, trying), read(100), NOW + 6 * MINUTE_MS))).toBe(0);
    const unwanted = failed(3, old, [works(OLD)], { floor: 0 });
    expect(made(planned(unwanted, read(100), NOW + 6 * MINUTE_MS))).toBe(0);
  });

  it('closes after a success, and with a newer version', () => {
    expect(planned(failed(3, old)).breaker).toBeDefined();
    expect(planned(failed(0, old)).breaker).toBeUndefined();
    const newer = planned(failed(3, old, [works(OLD)], { digest: 'sha256:3' }));
    expect(newer.breaker).toBeUndefined();
    expect(newer.make).toEqual([{ digest: 'sha256:3', count: 3 }]);
  });
});
