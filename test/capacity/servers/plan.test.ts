import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../../src/capacity/observation.ts';
import { planServers, type ServersPlan, serverOrders } from '../../../src/capacity/servers/plan.ts';
import { read } from '../observed.ts';
import { anyServers, IDLE, LIMITS, planned, ROUND_MS, rounds, seen } from './servers.ts';

/** Many, for of most servers something is stale, or they are not more than enough. */
const MANY = { numRuns: 1000 };
const isFresh = (reading: Reading<unknown> | undefined): boolean => reading !== undefined && reading.ageMs <= 300_000;
const step = (size: number): number => Math.max(1, Math.floor(size / 10));

describe('every plan of servers', () => {
  it('never has fewer than what is in use', () => {
    fc.assert(
      fc.property(anyServers, (observed) => {
        const plan = planServers(observed, 0);
        if (plan?.running === undefined || !isFresh(observed.occupied)) return;
        const inUse = Math.ceil(observed.occupied?.value.servers ?? 0);
        expect(plan.desired).toBeGreaterThanOrEqual(Math.min(inUse, plan.running));
      }),
      MANY,
    );
  });

  it('never has fewer by what is stale or missing', () => {
    fc.assert(
      fc.property(anyServers, (observed) => {
        const { kind, fleet, occupied, queue, expected, last } = observed;
        const inputs = [fleet, occupied, expected, ...(kind === 'workers' ? [queue] : [])];
        if (inputs.every(isFresh)) return;
        const plan = planServers(observed, 0);
        const before = isFresh(fleet) ? fleet?.value.running : last?.desired;
        if (before === undefined) expect(plan).toBeUndefined();
        else expect(plan?.desired).toBeGreaterThanOrEqual(before);
        if (!isFresh(fleet)) expect(serverOrders(plan ? [plan] : [])).toEqual([]);
      }),
      MANY,
    );
  });

  it('has at most a tenth go at once, or one, and none before enough rounds were quiet', () => {
    fc.assert(
      fc.property(anyServers, (observed) => {
        const plan = planServers(observed, 0);
        if (plan?.running === undefined || plan.desired >= plan.running) return;
        expect(plan.running - plan.desired).toBeLessThanOrEqual(step(plan.running));
        expect(plan.quietRounds).toBe(observed.limits?.quiet_rounds);
        expect((observed.last?.quietRounds ?? 0) + 1).toBeGreaterThanOrEqual(plan.quietRounds);
        expect(observed.last?.roundAtMs ?? -ROUND_MS).toBe(-ROUND_MS);
      }),
      MANY,
    );
  });

  it('never has more than the ceiling, nor than there can be, because of what asks for more', () => {
    fc.assert(
      fc.property(anyServers, (observed) => {
        const plan = planServers(observed, 0);
        if (plan?.running === undefined || plan.desired <= plan.running) return;
        const { most } = observed.fleet?.value ?? {};
        expect(plan.desired).toBeLessThanOrEqual(Math.min(observed.limits?.ceiling ?? 0, most?.count ?? 1000));
      }),
      MANY,
    );
  });

  it('leaves alone whom somebody else scales, and whoever has no limits', () => {
    fc.assert(
      fc.property(anyServers, (observed) => {
        const { fleet, limits } = observed;
        if (fleet === undefined || !isFresh(fleet)) return;
        if (fleet.value.autoscaler === undefined && limits !== undefined) return;
        const plan = planned(observed);
        expect(serverOrders([plan])).toEqual([]);
        if (fleet.value.autoscaler) expect(plan.reasons.join()).toContain(fleet.value.autoscaler);
      }),
      MANY,
    );
  });

  it('has never fewer than calendar and forecast ask for, by what one of them was measured to do', () => {
    const one = { tasksPerSecond: 5, startsPerMinute: 60 };
    const last = { desired: 50, quietRounds: 9, roundAtMs: -ROUND_MS, ofOne: one };
    fc.assert(
      fc.property(fc.nat(100), fc.double({ min: 0, max: 6000, noNaN: true }), (running, perMinute) => {
        const plan = planned(
          seen(running, { expected: read({ perMinute, because: 'The calendar wants them' }), last }),
        );
        expect(plan.desired).toBeGreaterThanOrEqual(Math.ceil(perMinute / one.startsPerMinute));
      }),
    );
  });

  it('is at once as many as the work asks for', () => {
    fc.assert(
      fc.property(anyServers, (observed) => {
        const plan = planServers(observed, 0);
        if (plan?.running === undefined || !observed.limits || !isFresh(observed.occupied)) return;
        if (observed.fleet?.value.autoscaler !== undefined) return;
        const most = Math.min(observed.limits.ceiling, observed.fleet?.value.most?.count ?? 1000);
        const asked = Math.max(observed.limits.floor, Math.ceil((observed.occupied?.value.servers ?? 0) / 0.7));
        expect(plan.desired).toBeGreaterThanOrEqual(Math.min(asked, most));
      }),
      MANY,
    );
  });
});

describe('servers, round by round', () => {
  const late = { backlog: 300, ageSeconds: 10, addedPerSecond: 20, dispatchedPerSecond: 10 };

  it('are more at once where the queue grows: as many as come, and clear the backlog within half a minute', () => {
    // One does 10 a second as measured now; 20 come, and 300 in half a minute are 10 more.
    expect(planned(seen(1, { queue: read(late) }))).toMatchObject({ desired: 3, again: true });
  });

  it('are one more where nobody knows what one does, and tasks wait', () => {
    expect(planned(seen(2, { queue: read({ ...late, dispatchedPerSecond: 0 }) })).desired).toBe(3);
  });

  it('are as many as before for a queue that only passes on', () => {
    const busy = { backlog: 2, ageSeconds: 0.2, addedPerSecond: 80, dispatchedPerSecond: 80 };

    expect(planned(seen(2, { queue: read(busy) })).desired).toBe(2);
  });

  it('are fewer after three quiet rounds, and then by a tenth of them a round, down to the floor', () => {
    const sizes = rounds(60, (running) => seen(running, { limits: { ...LIMITS, floor: 2 } }), 30);

    expect(sizes.slice(0, 7)).toEqual([30, 30, 30, 27, 25, 23, 21]);
    expect(sizes.at(-1)).toBe(2);
  });

  it('begin to count anew with each round that is not quiet', () => {
    const busy = read({ count: 40, servers: 10 });
    const sizes = rounds(9, (running, round) => seen(running, round % 3 === 2 ? { occupied: busy } : {}), 10);

    expect(sizes).toEqual([10, 10, 10, 15, 15, 15, 15, 15, 15, 15]);
  });

  it('do not count a plan that is made soon after another, for a claim perhaps', () => {
    const last = { desired: 10, quietRounds: 2, roundAtMs: 0, ofOne: {} };

    expect(planned(seen(10, { last }), 9999)).toMatchObject({ desired: 10, quietRounds: 2 });
    expect(planned(seen(10, { last: { ...last, quietRounds: 3 } }), 9999).desired).toBe(10);
    expect(planned(seen(10, { last }), 10_000)).toMatchObject({ desired: 9, quietRounds: 3 });
  });

  it('go down again at once where a clock that was ahead is set right', () => {
    const last = { desired: 10, quietRounds: 2, roundAtMs: 3_600_000, ofOne: {} };

    expect(planned(seen(10, { last }), 0)).toMatchObject({ desired: 9, quietRounds: 3, roundAtMs: 0 });
  });

  it('are not fewer than what is in use though operators allow no more', () => {
    const occupied = read({ count: 800, servers: 8 });
    const sizes = rounds(20, (running) => seen(running, { limits: { ...LIMITS, ceiling: 2 }, occupied }), 10);

    expect(sizes.at(-1)).toBe(8);
  });

  it('ask for another plan soon only as long as there may be more of them', () => {
    const plan = (ceiling: number) => planned(seen(2, { queue: read(late), limits: { ...LIMITS, ceiling } }));

    expect([plan(2).again, plan(100).again]).toEqual([false, true]);
  });

  it('remember what one does when it has all hands full, more at once and less by and by', () => {
    const full = read({ count: 1, servers: 1 });
    const at = (dispatchedPerSecond: number, tasksPerSecond?: number) => {
      const ofOne = tasksPerSecond === undefined ? {} : { tasksPerSecond };
      const last = { desired: 1, quietRounds: 0, roundAtMs: 0, ofOne };
      const queue = read({ ...IDLE, dispatchedPerSecond });
      return planned(seen(1, { occupied: full, queue, last })).ofOne.tasksPerSecond;
    };

    expect([at(10), at(20, 10), at(10, 20), at(0, 20)]).toEqual([10, 20, 18, 20]);
    // Whoever is not busy does less than it could.
    expect(planned(seen(1, { queue: read({ ...IDLE, dispatchedPerSecond: 10 }) })).ofOne).toEqual({});
  });

  it('are taken to do as many starts as ever, until so many of them were busy for as long as starts are counted', () => {
    const busy = {
      occupied: read({ count: 16, servers: 1 }),
      limits: { ...LIMITS, ceiling: 1 },
      startsPerMinute: read(30),
    };
    const ofOne: unknown[] = [];
    let last: ServersPlan | undefined;
    for (const minute of [0, 2, 4, 5]) {
      last = planned(seen(1, { ...busy, ...(last && { last }) }), minute * 60_000);
      ofOne.push(last.ofOne.startsPerMinute);
    }

    expect(ofOne).toEqual([undefined, undefined, undefined, 30]);
    const before = { desired: 1, quietRounds: 0, roundAtMs: 290_000, ofOne: {}, behindSinceMs: 0 };
    const at300s = (last: typeof before) => planned(seen(1, { ...busy, last }), 300_000).behindSinceMs;
    expect(at300s(before)).toBe(0);
    // Others than before, not looked at for long, or by a clock that was ahead.
    expect(
      [{ desired: 2 }, { roundAtMs: 100_000 }, { roundAtMs: 500_000 }].map((other) => at300s({ ...before, ...other })),
    ).toEqual([300_000, 300_000, 300_000]);
    expect(planned(seen(1, { last: before }))).not.toHaveProperty('behindSinceMs');
    const { fleet: _, ...blind } = seen(1, { ...busy, last: before });
    expect(planned(blind)).not.toHaveProperty('behindSinceMs');
  });

  it('are measured by nothing of the time in which there came to be more of them', () => {
    const measured: unknown[] = [];
    const behind = { queue: read({ ...late, dispatchedPerSecond: 0 }), startsPerMinute: read(30) };
    let last: ServersPlan | undefined;
    for (let minute = 0; minute < 8; minute++) {
      last = planned(seen(last?.desired ?? 1, { ...behind, ...(last && { last }) }), minute * 60_000);
      measured.push(last.ofOne.startsPerMinute, last.behindSinceMs);
    }

    expect(last?.desired).toBe(9);
    expect(measured.every((one) => one === undefined)).toBe(true);
  });

  it('go again after an incident in which each of them did next to nothing, once nothing waits any more', () => {
    const queue = read({ ...IDLE, addedPerSecond: 5, dispatchedPerSecond: 5 });
    const last = { desired: 20, quietRounds: 0, roundAtMs: -ROUND_MS, ofOne: { tasksPerSecond: 0.2 } };
    const sizes = rounds(
      30,
      (running) => seen(running, { queue, last, occupied: read({ count: 1, servers: 0.1 }) }),
      20,
    );

    expect(sizes.at(-1)).toBe(1);
  });

  it('show nothing of what one of them does where there is none', () => {
    const plan = planned(seen(0, { queue: read({ ...late, dispatchedPerSecond: 5 }) }));

    expect(JSON.parse(JSON.stringify(plan.ofOne))).toEqual({});
    expect(plan.desired).toBe(1);
  });

  it('say why', () => {
    expect(planned(seen(1, { queue: read(late), limits: { ...LIMITS, ceiling: 2 } })).reasons).toEqual([
      '20 tasks come a second, and 300 wait, for 10 s; one of them does 10 a second.',
      'The ceiling is 2.',
    ]);
    const { queue: _, ...blind } = seen(3);
    expect(planned(blind).reasons).toEqual([
      'The floor is 1.',
      'Too old or missing: queue; there are not fewer by that.',
    ]);
    expect(planned(seen(3)).reasons).toEqual(['The floor is 1.', '1 would do, for 1 of 3 rounds by now.']);
  });
});
