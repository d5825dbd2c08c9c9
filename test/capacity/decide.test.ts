import { describe, expect, it } from 'vitest';
import { decide } from '../../src/capacity/decide.ts';
import { emptyLedger, withHappened, withPlans, withPools } from '../../src/capacity/ledger.ts';
import { lastPlans, newlySetAside } from '../../src/capacity/news.ts';
import type { Observation } from '../../src/capacity/observation.ts';
import type { Observed, ObservedPool } from '../../src/capacity/observed.ts';
import { ordersOf, removalsOf } from '../../src/capacity/orders.ts';
import { reportOf } from '../../src/capacity/report-of.ts';
import { NO_POOLS } from '../../src/capacity/settings.ts';
import { capacityDetails } from '../../src/capacity/text.ts';
import { made, NEW, NOW, OLD, observed, read, slots, works } from './observed.ts';

const pool = (template: string, changes: Partial<ObservedPool> = {}, there = slots(0)): ObservedPool => ({
  ...observed(there, { template }),
  ...{ takesRoom: true, newly: { hits: 0, misses: 0 } },
  ...changes,
});
const all = (pools: ObservedPool[], changes: Partial<Observed> = {}): Observed => ({
  ...{ atMs: NOW, pools, headroom: read(100), expectation: { awaited: [], slots: [], versions: {} } },
  ledger: withPools(
    emptyLedger(NOW),
    pools.map(({ template }) => template),
  ),
  ...changes,
});
const awaited = (template: string) => ({
  awaited: [{ dev_id: 'ada', project: 'shop', template, untilMs: NOW + 1, reason: 'Workshop', isServed: false }],
  slots: [],
  versions: { [template]: { digest: NEW, outcomes: [], takesRoom: template !== 'bare' } },
});

describe('what is decided', () => {
  it('gives room to those who are awaited by name before anybody else', () => {
    const decide2 = (template: string) =>
      decide(all([pool('node', { floor: 5 })], { headroom: read(2), expectation: awaited(template) }));

    expect(decide2('node').prepared.make).toHaveLength(1);
    expect(decide2('node').pools.map((plan) => made(plan))).toEqual([1]);
    expect(decide2('bare').pools.map((plan) => made(plan))).toEqual([2]);
  });

  it('needs no room where no node is needed', () => {
    const pools = [pool('bare', { floor: 4, takesRoom: false }), pool('node', { floor: 4 })];

    expect(decide(all(pools, { headroom: read(1) })).pools.map((plan) => made(plan))).toEqual([4, 1]);
  });
});

describe('what is ordered', () => {
  it('is first what is awaited by name, and then one of each pool in turns, a hundred at the most', () => {
    const pools = [pool('go', { floor: 2 }), pool('node', { floor: 300 })];
    const orders = ordersOf(decide(all(pools, { headroom: read(1000), expectation: awaited('node') })));

    expect(orders.slice(0, 5).map(({ template, identity }) => [template, identity?.dev_id])).toEqual([
      ['node', 'ada'],
      ['go', undefined],
      ['node', undefined],
      ['go', undefined],
      ['node', undefined],
    ]);
    expect(orders).toHaveLength(100);
  });

  it('goes by name', () => {
    const there = slots(3);
    const decision = decide(all([pool('node', {}, there)]));

    expect(removalsOf({ ...decision, prepared: { ...decision.prepared, remove: ['dev-ada'] } })).toEqual([
      'dev-ada',
      there[0]?.name,
    ]);
  });
});

describe('what is shown', () => {
  const report = (seen: Observed) => reportOf(NO_POOLS, seen, decide(seen), false);

  it('is the plan, what it was made by, and how the pool has done', () => {
    const seen = all([pool('node', { floor: 2, claimsPerMinute: read(0.2) }, slots(1))]);
    const starts = [true, true, false].map((isHit) => ({ atMs: NOW, template: 'node', isHit, isPrepared: false }));
    const ledger = withHappened(seen.ledger, { starts, makings: [] }, NOW + 1);

    expect(report({ ...seen, ledger })).toMatchObject({
      at: '2026-03-02T08:00:00.000Z',
      headroom: 100,
      pools: [
        {
          template: 'node',
          digest: NEW,
          plan: { desired: 2 },
          inputs: { floor: 2, ceiling: 100, calendar: 0, forecast: 0, claims_per_minute: 0.2, make_seconds: 60 },
          slots: { ready: 1, making: 0, broken: 0, going: 0 },
          usage: { hits: 2, misses: 1, hit_rate: 2 / 3 },
        },
      ],
    });
  });

  it('lists some of those who are awaited by name, and counts them all', () => {
    const { awaited: someone, ...seen } = awaited('bare');
    const people = Array.from({ length: 251 }, (_, number) =>
      someone.map((one) => ({ ...one, dev_id: `dev-${number}`, isServed: number === 250 })),
    );
    const shown = report(all([], { expectation: { ...seen, awaited: people.flat() } }));

    expect(shown.prepared).toHaveLength(200);
    expect(shown.prepared_counts).toEqual({ wanted: 250, 'handed over': 1 });
    expect(capacityDetails(shown)).toContain('250 wanted, 1 handed over');
  });

  it('leaves out what is not known', () => {
    const { forecast: _, claimsPerMinute: __, ...blind } = pool('node');
    const { headroom: ___, ...seen } = all([blind]);
    const shown = report(seen);

    expect(shown).not.toHaveProperty('headroom');
    expect(shown.pools[0]?.inputs).not.toHaveProperty('forecast');
    expect(shown.pools[0]?.inputs).not.toHaveProperty('claims_per_minute');
    expect(shown.pools[0]?.usage).not.toHaveProperty('hit_rate');
  });

  it('says why a version is set aside, in the words of the last failure, and is news once', () => {
    const makings = [1, 2, 3].map((at) => ({
      ...{ template: 'node', digest: NEW, endedAtMs: NOW + at, tookMs: 1 },
      ...{ by: { workflowId: 'slot', runId: `${at}` }, failure: `no image ${at}` },
    }));
    const begun = withPools(emptyLedger(NOW), ['node']);
    const ledger = withHappened(begun, { starts: [], makings }, NOW + 10);
    const outcomes = [...(ledger.pools.node?.versions ?? []), works(OLD)];
    const failing: Observation['pool'] = read({ slots: slots(2, { digest: OLD }), outcomes });
    const seen = all([pool('node', { floor: 2, pool: failing })], { ledger });
    const { pools } = report(seen);
    const why = `3 slots of the template 'node' in a row could not be made of ${NEW}: no image 3`;

    expect(pools[0]?.set_aside).toBe(why);
    expect(pools[0]?.plan.serve).toEqual([OLD]);
    expect(capacityDetails(report(seen))).toContain(`**Set aside: ${why}**`);
    expect(newlySetAside(pools, ledger)).toEqual([why]);
    expect(newlySetAside(pools, withPlans(ledger, lastPlans(decide(seen).pools)))).toEqual([]);
    const noPool = { floor: 0, ceiling: 0, pool: failing };
    expect(report(all([pool('node', noPool)], { ledger })).pools[0]).not.toHaveProperty('set_aside');
    expect(report(all([pool('node', { ...noPool, isAwaited: true })], { ledger })).pools[0]?.set_aside).toBe(why);
  });

  it('says why nothing is planned for servers of which it cannot be told how many run', () => {
    const failure = 'It cannot be told how many run: deployments.apps "berth-worker" is forbidden';
    const seen = { ...all([]), servers: [{ kind: 'workers' as const, failure }] };

    expect(report(seen).servers).toEqual([{ kind: 'workers', quiet_rounds: 0, reasons: [], inputs: {}, failure }]);
    expect(capacityDetails(report(seen))).toContain(failure);
  });
});
