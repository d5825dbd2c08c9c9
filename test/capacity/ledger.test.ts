import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choose } from '../../src/capacity/breaker.ts';
import { BUCKET_MS, type DemandRecord, demandFor, emptyRecord, withStarts } from '../../src/capacity/demand-record.ts';
import {
  emptyLedger,
  type Happened,
  type Ledger,
  withHappened,
  withPlans,
  withPools,
  withSeen,
} from '../../src/capacity/ledger.ts';
import type { Making } from '../../src/capacity/making.ts';
import { countsIn, tally } from '../../src/capacity/tally.ts';
import { NEW, NOW, OLD } from './observed.ts';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const TEMPLATES = ['node', 'python'];

const template = fc.constantFrom(...TEMPLATES);
const moment = fc.nat(2 * HOUR_MS).map((ms) => NOW + ms);
const starts = fc.array(fc.record({ atMs: moment, template, isHit: fc.boolean(), isPrepared: fc.constant(false) }), {
  maxLength: 60,
});
const makings = fc.array(
  fc.record(
    {
      template,
      digest: fc.constantFrom(OLD, NEW),
      endedAtMs: moment,
      tookMs: fc.nat(600_000),
      by: fc.record({ workflowId: fc.constant('slot'), runId: fc.uuid() }),
      failure: fc.constantFrom('no image', 'no room'),
    },
    { requiredKeys: ['template', 'digest', 'endedAtMs', 'tookMs', 'by'] },
  ) as fc.Arbitrary<Making>,
  { maxLength: 20 },
);
/** Where one time is cut into several, up to its end. */
const cuts = fc.array(moment, { maxLength: 8 }).map((some) => [...some.sort((a, b) => a - b), NOW + 2 * HOUR_MS + 1]);

const begun = withPools(emptyLedger(NOW), TEMPLATES);
const making = (changes: Partial<Making> & { endedAtMs: number }): Making => ({
  ...{ template: 'node', digest: NEW, tookMs: 20_000, by: { workflowId: 'slot', runId: String(changes.endedAtMs) } },
  ...changes,
});

describe('what happened', () => {
  it('comes to the same however the time is cut, and whatever else is told again', () => {
    fc.assert(
      fc.property(starts, makings, cuts, (starts, makings, cuts) => {
        const happened: Happened = { starts, makings };
        const end = cuts.at(-1) ?? NOW;
        const atOnce = withHappened(begun, happened, end);

        expect(cuts.reduce<Ledger>((ledger, until) => withHappened(ledger, happened, until), begun)).toEqual(atOnce);
        expect(withHappened(atOnce, happened, end)).toEqual(atOnce);
      }),
    );
  });

  it('is counted once: starts that found a slot, and those that did not', () => {
    fc.assert(
      fc.property(starts, (starts) => {
        const { pools } = withHappened(begun, { starts, makings: [] }, NOW + 2 * HOUR_MS + 1);

        for (const name of TEMPLATES) {
          const own = starts.filter(({ template }) => template === name);
          const hits = own.filter(({ isHit }) => isHit).length;
          expect(pools[name]).toMatchObject({ hits, misses: own.length - hits });
        }
      }),
    );
  });

  it('is not counted for a pool that was not there yet, nor kept of one that is not there any more', () => {
    const start = { atMs: NOW, template: 'node', isHit: true, isPrepared: false };
    const later = withHappened(emptyLedger(NOW), { starts: [start], makings: [] }, NOW + 1);
    const added = withPools(later, ['node']);

    expect(added.pools).toMatchObject({ node: { sinceMs: NOW + 1, hits: 0 } });
    const known = withHappened(added, { starts: [{ ...start, atMs: NOW + 1 }], makings: [] }, NOW + 2);
    expect(withPools(known, ['node', 'python']).pools).toMatchObject({ node: { hits: 1 }, python: { hits: 0 } });
    expect(withPools(added, ['python']).pools).not.toHaveProperty('node');
  });
});

describe('the making of slots', () => {
  const learnt = (...makings: Making[]) => withHappened(begun, { starts: [], makings }, NOW + HOUR_MS).pools.node;

  it('is measured by those that were made: the latest counts for a fifth', () => {
    expect(learnt()?.makeMs).toBe(60_000);
    expect(learnt(making({ endedAtMs: NOW }))?.makeMs).toBe(20_000);
    const slower = making({ endedAtMs: NOW + 1, tookMs: 40_000 });
    expect(learnt(slower, making({ endedAtMs: NOW }))?.makeMs).toBe(24_000);
    const failed = making({ endedAtMs: NOW + 2, tookMs: 600_000, failure: 'no image' });
    expect(learnt(making({ endedAtMs: NOW }), failed)?.makeMs).toBe(20_000);
  });

  it('sets a version aside that fails, remembers why, and what made the last one of the version that works', () => {
    const by = { workflowId: 'slot/good/-', runId: 'good' };
    const good = making({ endedAtMs: NOW, digest: OLD, by });
    const failures = [1, 2, 3].map((at) => making({ endedAtMs: NOW + at, failure: `failure ${at}` }));

    const versions = learnt(good, ...failures)?.versions ?? [];

    expect(choose(NEW, versions)).toMatchObject({ digest: OLD, breaker: { digest: NEW, failures: 3 } });
    expect(versions.find(({ digest }) => digest === NEW)).toMatchObject({ failedInARow: 3, failure: 'failure 3' });
    expect(versions.find(({ digest }) => digest === OLD)).toMatchObject({ madeBy: by });
  });

  it('is forgotten of versions that were replaced long ago', () => {
    const many = Array.from({ length: 9 }, (_, index) => making({ endedAtMs: NOW + index, digest: `sha256:${index}` }));

    expect(learnt(...many)?.versions.map(({ digest }) => digest)).toEqual([8, 7, 6, 5, 4].map((at) => `sha256:${at}`));
  });
});

describe('slots that wait for somebody', () => {
  const seen = (ledger: Ledger, ready: number, atMs: number) => withSeen(ledger, new Map([['node', ready]]), [], atMs);

  it('cost the same however often they are looked at', () => {
    fc.assert(
      fc.property(fc.nat(20), cuts, (ready, cuts) => {
        const first = seen(begun, ready, NOW);
        const often = cuts.reduce((ledger, atMs) => seen(ledger, ready, atMs), first).pools.node;
        const hours = ((cuts.at(-1) ?? NOW) - NOW) / HOUR_MS;

        expect(often?.idleSlotHours).toBeCloseTo(ready * hours, 9);
      }),
    );
  });

  it('cost nothing before they were first seen', () => {
    expect(seen(begun, 5, NOW + HOUR_MS).pools.node?.idleSlotHours).toBe(0);
  });
});

describe('what was planned last', () => {
  it('is remembered until the next plan', () => {
    const last = { desired: 4, serve: [NEW] };
    const planned = withPlans(begun, { node: last });

    expect(planned.pools.node?.last).toEqual(last);
    expect(withPlans(planned, {}).pools.node?.last).toEqual(last);
    expect(planned.pools.python).not.toHaveProperty('last');
  });
});

describe('the record of demand', () => {
  it('comes to the same however the time is cut, and whatever else is told again', () => {
    fc.assert(
      fc.property(starts, cuts, (starts, cuts) => {
        const atOnce = withStarts(emptyRecord(NOW), starts, cuts.at(-1) ?? NOW);
        const inPieces = cuts.reduce<DemandRecord>(
          (record, until) => withStarts(record, starts, until),
          emptyRecord(NOW),
        );

        expect(inPieces).toEqual(atOnce);
      }),
    );
  });

  it('has whole buckets only: what has begun is counted once it is over', () => {
    const start = { atMs: NOW + 1, template: 'node' };
    const counts = (atMs: number) => Array.from(demandFor(withStarts(emptyRecord(NOW), [start], atMs), 'node').counts);

    expect(counts(NOW + BUCKET_MS - 1)).toEqual([]);
    expect(counts(NOW + BUCKET_MS)).toEqual([1]);
    expect(counts(NOW + 3 * BUCKET_MS)).toEqual([1, 0, 0]);
  });

  it('counts what comes at the very end of a bucket in the next one', () => {
    const start = { atMs: NOW + BUCKET_MS, template: 'node' };
    const record = withStarts(withStarts(emptyRecord(NOW), [start], NOW + BUCKET_MS), [start], NOW + 2 * BUCKET_MS);

    expect(Array.from(demandFor(record, 'node').counts)).toEqual([0, 1]);
  });

  it('knows nothing of the bucket in which it began', () => {
    const start = { atMs: NOW + BUCKET_MS - 1, template: 'node' };
    const record = withStarts(emptyRecord(NOW + 1), [start], NOW + 2 * BUCKET_MS);

    expect(Array.from(demandFor(record, 'node').counts)).toEqual([0]);
  });

  it('forgets what is older than the forecast looks back', () => {
    const start = { atMs: NOW, template: 'node' };
    const record = withStarts(emptyRecord(NOW), [start], NOW + 4 * WEEK_MS);
    expect(demandFor(record, 'node').counts[0]).toBe(1);

    const later = withStarts(record, [], NOW + 4 * WEEK_MS + 2 * HOUR_MS);
    expect(later.starts).toEqual({});
    expect(demandFor(later, 'node').counts).toHaveLength((4 * WEEK_MS + HOUR_MS) / BUCKET_MS);
  });

  it('stays below 100 KiB where 20 templates are started 50 times a day for weeks', () => {
    const DAYS = 30;
    const many = Array.from({ length: 20 * 50 * DAYS }, (_, index) => ({
      // Spread by a step that is no part of a day, so that buckets are hit without any order.
      atMs: NOW + ((index * 7919 * 1000) % (DAYS * 24 * HOUR_MS)),
      template: `template-${index % 20}`,
    }));

    const record = withStarts(emptyRecord(NOW), many, NOW + DAYS * 24 * HOUR_MS);

    expect(Object.keys(record.starts)).toHaveLength(20);
    expect(JSON.stringify(record).length).toBeLessThan(100 * 1024);
  });
});

describe('a tally', () => {
  it('is read as it was written', () => {
    const counts = fc
      .array(fc.tuple(fc.nat(10_000_000), fc.integer({ min: 1, max: 2000 })))
      .map((some) => new Map(some));
    fc.assert(
      fc.property(counts, (counts) => {
        expect(countsIn(tally(counts))).toEqual(counts);
      }),
    );
  });

  it('is short', () => {
    expect(
      tally(
        new Map([
          [40, 1],
          [41, 2],
          [50, 60],
        ]),
      ),
    ).toBe('14AB8++H');
  });
});
