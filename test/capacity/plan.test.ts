import { describe, expect, it, test } from 'vitest';
import type { Observation } from '../../src/capacity/observation.ts';
import { plan } from '../../src/capacity/plan.ts';
import { made, NEW, NOW, OLD, observed, planned, read, slots } from './observed.ts';

describe('how many slots there should be', () => {
  test.each<[string, Partial<Observation>, number, string]>([
    ['the floor', { floor: 4, forecast: read(2) }, 4, 'The floor is 4.'],
    [
      'the calendar',
      { floor: 4, calendar: read({ count: 20, reasons: ['Course', 'Launch'] }) },
      20,
      'The calendar wants 20: Course, Launch.',
    ],
    ['the forecast', { floor: 4, forecast: read(6.2) }, 7, 'The forecast asks for 7.'],
    [
      'claims while one is made',
      { floor: 4, claimsPerMinute: read(10), makeMs: 90_000 },
      15,
      '15 are claimed in the 90 s that it takes to make one.',
    ],
  ])('is what the most demanding input asks for, and says which: %s', (_, changes, desired, reason) => {
    expect(planned(observed([], changes))).toMatchObject({ desired, reasons: [reason] });
  });

  it('is bounded by the ceiling, and by the room that there is, and says so', () => {
    expect(planned(observed([], { floor: 4, ceiling: 3 }))).toMatchObject({
      desired: 3,
      reasons: ['The floor is 4.', 'The ceiling is 3.'],
    });
    const cramped = planned(observed(slots(2), { floor: 9 }), read(3));
    expect(cramped).toMatchObject({ desired: 5, reasons: ['The floor is 9.', 'There is room for 5.'] });
    expect(made(cramped)).toBe(3);
  });
});

describe('what is missing', () => {
  it('is made by the first plan that sees it, and once: what is being made is not made again', () => {
    expect(made(planned(observed(slots(4), { floor: 5 })))).toBe(1);
    expect(made(planned(observed([...slots(4), ...slots(1, { state: 'making' })], { floor: 5 })))).toBe(0);
  });

  it('is made however lately something was claimed: there is no delay that the next claim would restart', () => {
    for (const claimsPerMinute of [0, 1, 5])
      expect(made(planned(observed(slots(9), { floor: 10, claimsPerMinute: read(claimsPerMinute) })))).toBe(1);
  });

  it('is made of a few at a time where it is not known yet that it works', () => {
    const unknown = { floor: 50, pool: read({ slots: [], outcomes: [] }) };
    expect(made(planned(observed([], unknown)))).toBe(3);
    const under = { ...unknown, pool: read({ slots: slots(2, { state: 'making' }), outcomes: [] }) };
    expect(made(planned(observed([], under)))).toBe(1);
  });

  it('gets its share of the room: the emptiest pool first', () => {
    const [empty, half] = [{ floor: 4 }, { floor: 4, template: 'go' }];
    const shares = (room: number) =>
      plan([observed([], empty), observed(slots(2), half)], read(room), NOW).slots.map((pool) => made(pool));
    // By name: first `go`, and then `node`.
    expect(shares(2)).toEqual([0, 2]);
    expect(shares(4)).toEqual([1, 3]);
    expect(shares(9)).toEqual([2, 4]);
  });
});

describe('what is too much', () => {
  it('goes by a tenth a round, or by one', () => {
    const goes = (count: number, floor: number) => planned(observed(slots(count), { floor })).remove.length;
    expect([goes(50, 10), goes(19, 10), goes(11, 10), goes(3, 0), goes(1, 0)]).toEqual([5, 1, 1, 1, 1]);
    expect([goes(10, 10), goes(0, 0)]).toEqual([0, 0]);
  });

  it('goes of other versions than the current one first, were they made later, then by age, and then by name', () => {
    const current = [3, 1, 2].flatMap((hours) => slots(1, { createdAt: NOW - hours * 3_600_000 }));
    const [other] = slots(1, { digest: OLD, createdAt: NOW });
    const goes = (pool: typeof current) => planned(observed(pool)).remove.map(({ name }) => name);
    expect(goes([...current, ...(other ? [other] : [])])).toEqual([other?.name]);
    expect(goes(current.toReversed())).toEqual([current[0]?.name]);
    expect(goes(current.slice(1))).toEqual([current[2]?.name]);
    const twins = slots(2, { createdAt: NOW });
    for (const pair of [twins, twins.toReversed()]) expect(goes(pair)).toEqual([twins[0]?.name]);
  });

  it('goes of the oldest version first, and then of the oldest age; what is being made stays', () => {
    const [younger, older] = [slots(10), slots(10, { digest: OLD, createdAt: NOW - 86_400_000 })];
    const { remove, reasons } = planned(observed([...younger, ...older], { floor: 2 }));
    expect(remove).toEqual(older.slice(0, 2).map(({ name }) => ({ name, because: 'outdated' })));
    expect(reasons).toEqual(['The floor is 2.', '2 of another version go.']);
    const rest = planned(observed([...slots(9, { state: 'making' }), ...younger], { floor: 9 }));
    expect(rest.remove).toEqual([{ name: younger[0]?.name, because: 'excess' }]);
    expect(rest.reasons).toEqual(['The floor is 9.', '1 too many goes.']);
  });
});

describe('slots that drifted or died', () => {
  it('are replaced at once, and go step by step, for a node may come back', () => {
    const broken = slots(20, { state: 'broken' });
    const { desired, make, remove, reasons } = planned(observed([...broken, ...slots(10)], { floor: 30 }));
    expect({ desired, make }).toEqual({ desired: 30, make: [{ digest: NEW, count: 20 }] });
    expect(remove).toEqual(broken.slice(0, 3).map(({ name }) => ({ name, because: 'broken' })));
    expect(reasons).toEqual(['The floor is 30.', '3 broken go.']);
  });

  it('go before those that are merely too many', () => {
    const pool = [...slots(12), ...slots(1, { state: 'broken' })];
    expect(planned(observed(pool, { floor: 2 })).remove).toEqual([{ name: pool[12]?.name, because: 'broken' }]);
  });
});

describe('what could not be read in time', () => {
  const last = { desired: 8, serve: [NEW] };
  const inputs = ['calendar', 'forecast', 'claimsPerMinute', 'pool'] as const;
  const names = ['calendar', 'forecast', 'rate of claims', 'pool'];

  test.each(inputs.map((input, index) => [input, names[index]] as const))('holds: the %s', (input, name) => {
    const seen = observed(slots(12), { floor: 2, last });
    const stale = { ...seen, [input]: { ...seen[input], ageMs: 300_001 } };
    const { [input]: _, ...missing } = seen;
    for (const one of [stale, missing]) {
      const held = planned(one);
      expect(held).toMatchObject({ desired: 8, remove: [] });
      expect(held.reasons).toContain(`Too old or missing: ${name}; the pool does not shrink meanwhile.`);
    }
    expect(planned({ ...seen, [input]: { ...seen[input], ageMs: 300_000 } })).toMatchObject({ desired: 2 });
  });

  it('does nothing where the pool itself cannot be seen', () => {
    const breaker = { digest: NEW, failures: 3, trialAt: NOW };
    const { pool: _, ...unseen } = observed([], { floor: 20, last: { desired: 8, serve: [OLD, NEW], breaker } });
    expect(planned(unseen)).toMatchObject({ desired: 8, make: [], remove: [], serve: [OLD, NEW], breaker });
  });

  it('makes good what is claimed, up to the last plan and no further, where it is not known whether there is room', () => {
    const seen = observed(slots(5), { floor: 20, last });
    for (const unknown of [undefined, { value: 100, ageMs: 300_001 }]) {
      const { desired, make } = plan([seen], unknown, NOW).slots[0] ?? {};
      expect({ desired, make }).toEqual({ desired: 8, make: [{ digest: NEW, count: 3 }] });
    }
  });
});

describe('a new version of a template', () => {
  it('is made before slots of the old one go, a tenth at a time', () => {
    const old = slots(20, { digest: OLD });
    const begun = planned(observed(old, { floor: 20 }));
    expect(begun).toMatchObject({ make: [{ digest: NEW, count: 2 }], remove: [], serve: [NEW, OLD] });
    const making = planned(observed([...old, ...slots(2, { state: 'making' })], { floor: 20 }));
    expect(making).toMatchObject({ make: [], remove: [] });
    const { make, remove } = planned(observed([...old, ...slots(2)], { floor: 20 }));
    expect({ make, remove: remove.map(({ because }) => because) }).toEqual({
      make: [],
      remove: ['outdated', 'outdated'],
    });
  });

  it('where there is no room for both, has a tenth of the old ones go first, and never the last', () => {
    const pool = (count: number) => planned(observed(slots(count, { digest: OLD }), { floor: count }), read(0));
    expect([20, 10, 2, 1].map((count) => pool(count).remove.length)).toEqual([2, 1, 1, 0]);
    expect(pool(1).reasons).toContain('There is no room for successors of an older version.');
    const rest = slots(18, { digest: OLD });
    for (const state of ['going', 'making'] as const)
      expect(planned(observed([...rest, ...slots(2, { state })], { floor: 20 }), read(0)).remove).toEqual([]);
    // Nor do they stay for ever where there never was room for all that are wanted.
    expect(planned(observed(rest, { floor: 20 }), read(0)).remove).toHaveLength(1);
  });
});
