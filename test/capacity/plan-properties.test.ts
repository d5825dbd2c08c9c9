import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation, Reading, Slot } from '../../src/capacity/observation.ts';
import { type Plan, plan } from '../../src/capacity/plan.ts';
import { made, NEW, NOW, OLD, observed, only, read, slots, works } from './observed.ts';
import { World } from './world.ts';

const MINUTE_MS = 60_000;
/** Those that play hundreds of rounds. */
const RUNS = 40;
const count = fc.nat(30);
const age = fc.constantFrom(0, 300_000, 300_001);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Reading<T> | undefined> =>
  fc.option(fc.record({ value, ageMs: age }), { nil: undefined });
const fewSlots = fc
  .array(
    fc.tuple(
      fc.constantFrom(OLD, NEW),
      fc.constantFrom<Slot['state']>('making', 'ready', 'broken', 'going'),
      fc.nat(5),
    ),
    {
      maxLength: 30,
    },
  )
  .map((some) => some.flatMap(([digest, state, age]) => slots(1, { digest, state, createdAt: NOW - age * MINUTE_MS })));
const outcomes = fc
  .tuple(fc.nat(6), fc.nat(4))
  .map(([failures, others]) => [
    works(NEW, { failedInARow: failures, lastFailedAt: NOW }),
    works(OLD, { failedInARow: others, lastMadeAt: NOW - 86_400_000 }),
  ]);

/** A pool of which everything may be missing or stale. */
const anyPool: fc.Arbitrary<Observation> = fc
  .record({
    floor: count,
    ceiling: count,
    calendar: maybe(count.map((some) => ({ count: some, reasons: ['Launch'] }))),
    forecast: maybe(fc.double({ min: 0, max: 30, noNaN: true })),
    claimsPerMinute: maybe(fc.double({ min: 0, max: 30, noNaN: true })),
    pool: maybe(fc.record({ slots: fewSlots, outcomes })),
    last: fc.option(count, { nil: undefined }),
  })
  .map(({ last, ...known }) => {
    const given = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
    const { template, digest, makeMs } = observed([]);
    return {
      ...{ template, digest, makeMs, floor: 0, ceiling: 0, ...given },
      ...(last !== undefined && { last: { desired: last, serve: [NEW] } }),
    };
  });
const anyPools = fc
  .array(anyPool, { minLength: 1, maxLength: 4 })
  .map((pools) => pools.map((pool, index) => ({ ...pool, template: `template-${index}` })));

/** Whether the slots of a pool are known, and recent. */
function slotsOf({ pool }: Observation): readonly Slot[] | undefined {
  return pool !== undefined && pool.ageMs <= 300_000 ? pool.value.slots : undefined;
}

const usable = (some: readonly Slot[]): Slot[] => some.filter(({ state }) => state === 'making' || state === 'ready');
const ready = (some: readonly Slot[]): Slot[] => some.filter(({ state }) => state === 'ready');
const step = (size: number): number => Math.max(1, Math.floor(size / 10));
const all = ({ make }: Plan['slots'][number]): number => make.reduce((sum, one) => sum + one.count, 0);

describe('every plan', () => {
  it('stays within ceilings and the room that there is', () => {
    fc.assert(
      fc.property(anyPools, maybe(count), (pools, headroom) => {
        const planned = plan(pools, headroom, NOW).slots;
        for (const [index, { desired, make }] of planned.entries()) {
          const seen = pools[index] as Observation;
          expect(desired).toBeLessThanOrEqual(seen.ceiling);
          const size = usable(slotsOf(seen) ?? []).length;
          const total = size + all({ make } as Plan['slots'][number]);
          // Beyond the ceiling there is a step of successors only.
          if (make.length > 0) expect(total).toBeLessThanOrEqual(seen.ceiling + step(seen.ceiling));
        }
        if (headroom === undefined || headroom.ageMs > 300_000) return;
        expect(planned.reduce((sum, pool) => sum + all(pool), 0)).toBeLessThanOrEqual(headroom.value);
      }),
    );
  });

  it('never shrinks for what is stale: neither below the last plan, nor by deleting what could be handed out', () => {
    fc.assert(
      fc.property(anyPool, maybe(count), (seen, headroom) => {
        const inputs = [seen.calendar, seen.forecast, seen.claimsPerMinute, seen.pool, headroom];
        if (inputs.every((input) => input !== undefined && input.ageMs <= 300_000)) return;
        const { desired, remove } = only(plan([seen], headroom, NOW));
        expect(desired).toBeGreaterThanOrEqual(Math.min(seen.last?.desired ?? 0, seen.ceiling));
        expect(remove.filter(({ because }) => because !== 'broken')).toEqual([]);
      }),
    );
  });

  it('has at most a tenth of a pool go, or one, and never so many that fewer are ready than are desired, less a tenth', () => {
    fc.assert(
      fc.property(anyPool, maybe(count), (seen, headroom) => {
        const { desired, remove } = only(plan([seen], headroom, NOW));
        const known = slotsOf(seen) ?? [];
        expect(remove.length).toBeLessThanOrEqual(step(known.length));
        const gone = new Set(remove.map(({ name }) => name));
        expect(gone.size).toBe(remove.length);
        const [before, stay] = [ready(known).length, ready(known).filter(({ name }) => !gone.has(name)).length];
        if (stay < before) expect(stay).toBeGreaterThanOrEqual(desired - step(desired));
        if (desired > 0 && before > 0) expect(stay).toBeGreaterThan(0);
        expect(known.filter(({ name, state }) => gone.has(name) && ['making', 'going'].includes(state))).toEqual([]);
      }),
    );
  });

  it('is the same for the same observation, in whatever order that comes', () => {
    const shuffled = <T>(some: readonly T[], seed: number): T[] =>
      some.toSorted((one, other) => hash(one, seed) - hash(other, seed));
    const hash = (one: unknown, seed: number): number =>
      [...JSON.stringify(one)].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0) + seed) % 65_521, seed);
    fc.assert(
      fc.property(anyPools, maybe(count), fc.nat(), (pools, headroom, seed) => {
        const others = pools.map((seen) => {
          if (seen.pool === undefined) return seen;
          const { slots: some, outcomes: ends } = seen.pool.value;
          const value = { slots: shuffled(some, seed), outcomes: shuffled(ends, seed) };
          return { ...seen, pool: { ...seen.pool, value } };
        });
        expect(plan(shuffled(others, seed), headroom, NOW)).toEqual(plan(pools, headroom, NOW));
      }),
    );
  });
});

describe('plans that are carried out', () => {
  const pools = fc.array(fc.record({ floor: count, slots: fewSlots }), { minLength: 1, maxLength: 3 });
  const delay = fc.integer({ min: 1, max: 4 });

  it('come to rest with as many as are desired, delete nothing that they made, and leave the old versions where they can', () => {
    const settles = fc.property(pools, count, delay, (given, headroom, rounds) => {
      const observedPools = given.map(({ floor, slots: some }, index) =>
        observed(some, { floor, template: `template-${index}` }),
      );
      const world = new World(observedPools, headroom, rounds);
      const atFirst = new Set(world.slots.map(({ name }) => name));
      for (let round = 0; round < 150; round++) world.carryOut(world.plan());
      const { slots: last } = world.plan();
      expect(last.map(({ make, remove }) => ({ make, remove }))).toEqual(last.map(() => ({ make: [], remove: [] })));
      expect(world.pools.map(({ length }) => length)).toEqual(last.map(({ desired }) => desired));
      expect(world.removed.filter((name) => !atFirst.has(name))).toEqual([]);
      // The last slot of a pool goes only after its successor, for which there may be no room.
      const outdated = world.pools.filter((pool) => pool.some(({ digest }) => digest !== NEW));
      expect(outdated.every(({ length }) => length === 1 && world.headroom === 0)).toBe(true);
    });
    fc.assert(settles, { numRuns: RUNS });
  });

  it('roll a new version out without ever having fewer ready than are desired, less a tenth; and never none', () => {
    const rollsOut = fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(5), delay, (size, headroom, rounds) => {
      const old = slots(size, { digest: OLD });
      const world = new World([observed(old, { floor: size, ceiling: size })], headroom, rounds);
      for (let round = 0; round < 400; round++) {
        world.carryOut(world.plan());
        const least = headroom > 0 ? size : Math.max(1, size - step(size));
        expect(ready(world.slots).length).toBeGreaterThanOrEqual(least);
      }
      const isStuck = headroom === 0 && size === 1;
      expect(world.slots.every(({ digest }) => digest === (isStuck ? OLD : NEW))).toBe(true);
    });
    fc.assert(rollsOut, { numRuns: RUNS / 2 });
  });

  it('make good at once what is claimed meanwhile, round by round', () => {
    const pool = slots(10);
    for (let claims = 1; claims <= 10; claims++)
      expect(made(only(plan([observed(pool.slice(claims), { floor: 10 })], read(50), NOW)))).toBe(claims);
  });
});
