import fc from 'fast-check';
import type { Reading } from '../../../src/capacity/observation.ts';
import type { Fleet, ServerKind, ServersObserved } from '../../../src/capacity/servers/observed.ts';
import { planServers, type ServersPlan } from '../../../src/capacity/servers/plan.ts';
import { read } from '../observed.ts';

export const ROUND_MS = 30_000;
export const LIMITS = { floor: 1, ceiling: 100, quiet_rounds: 3 };
export const IDLE = { backlog: 0, ageSeconds: 0, addedPerSecond: 0, dispatchedPerSecond: 0 };

/** So many workers that have nothing to do, and of which everything is known. */
export function seen(running: number, changes: Partial<ServersObserved> = {}): ServersObserved {
  return {
    kind: 'workers',
    fleet: read({ running }),
    limits: LIMITS,
    occupied: read({ count: 0, servers: 0 }),
    queue: read(IDLE),
    expected: read({ perMinute: 0, because: 'The forecast asks for them' }),
    startsPerMinute: read(0),
    ...changes,
  };
}

export function planned(observed: ServersObserved, nowMs = 0): ServersPlan {
  const plan = planServers(observed, nowMs);
  if (plan === undefined) throw new Error('Nothing was planned.');
  return plan;
}

/** Plans round by round, has as many as are desired, and sees what the rounds before have left. */
export function rounds(
  count: number,
  of: (running: number, round: number) => ServersObserved,
  first: number,
): number[] {
  const sizes = [first];
  let last: ServersPlan | undefined;
  for (let round = 0; round < count; round++) {
    const observed = of(sizes.at(-1) ?? first, round);
    last = planned(last ? { ...observed, last } : observed, round * ROUND_MS);
    sizes.push(last.desired);
  }
  return sizes;
}

/** Mostly of now, so that often all is known. */
const age = fc.constantFrom(0, 0, 0, 0, 0, 0, 300_000, 300_001);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Reading<T> | undefined> =>
  fc.option(fc.record({ value, ageMs: age }), { nil: undefined, freq: 15 });
const rate = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 500, noNaN: true }));
const count = fc.nat(200);
const limits = fc
  .record({ floor: fc.integer({ min: 1, max: 60 }), more: fc.nat(200), quiet_rounds: fc.integer({ min: 1, max: 5 }) })
  .map(({ floor, more, quiet_rounds }) => ({ floor, ceiling: floor + more, quiet_rounds }));
const fleet: fc.Arbitrary<Fleet> = fc
  .record({
    running: count,
    isAlone: fc.constantFrom(true, true, false),
    most: fc.option(fc.record({ count: fc.integer({ min: 1, max: 60 }), because: fc.constant('One port.') }), {
      freq: 2,
    }),
    autoscaler: fc.option(fc.constant('the HorizontalPodAutoscaler any'), { freq: 2 }),
  })
  .map(({ running, most, autoscaler, isAlone }) => ({
    running,
    ...(most && { most }),
    ...(autoscaler && !isAlone && { autoscaler }),
  }));
const ofOne = fc.record(
  {
    tasksPerSecond: fc.double({ min: 0.1, max: 50, noNaN: true }),
    startsPerMinute: fc.double({ min: 1, max: 900, noNaN: true }),
  },
  { requiredKeys: [] },
);

/** Servers of which everything may be missing, stale or unset. */
export const anyServers: fc.Arbitrary<ServersObserved> = fc
  .record({
    kind: fc.constantFrom<ServerKind>('workers', 'api'),
    fleet: maybe(fleet),
    limits: fc.option(limits, { nil: undefined, freq: 10 }),
    occupied: maybe(
      fc.record({ count, servers: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 80, noNaN: true })) }),
    ),
    queue: maybe(
      fc.record({
        backlog: fc.constantFrom(0, 0, 10, 5000),
        ageSeconds: fc.constantFrom(0, 1.9, 2, 90),
        addedPerSecond: rate,
        dispatchedPerSecond: rate,
      }),
    ),
    expected: maybe(
      fc.record({
        perMinute: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 9000, noNaN: true })),
        because: fc.constant('The calendar wants them'),
      }),
    ),
    startsPerMinute: maybe(rate),
    last: fc.option(
      fc.record({ desired: count, quietRounds: fc.nat(6), roundAtMs: fc.constantFrom(-ROUND_MS, -5000), ofOne }),
      { nil: undefined },
    ),
  })
  .map(
    (known) =>
      Object.fromEntries(
        Object.entries(known).filter(([, value]) => value !== undefined),
      ) as unknown as ServersObserved,
  );
