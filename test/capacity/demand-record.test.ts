import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countStarts, formatStarts, parseStarts, type Start } from '../../src/capacity/demand.ts';
import {
  BUCKET_MS,
  demandFor,
  emptyRecord,
  startsIn,
  startsSince,
  withStarts,
} from '../../src/capacity/demand-record.ts';

describe('how many have started since a moment', () => {
  const starts = fc.array(fc.record({ atMs: fc.nat(20 * BUCKET_MS - 1), template: fc.constantFrom('node', 'bare') }));
  const count = (all: readonly Start[], sinceMs: number): number =>
    all.filter(({ template, atMs }) => template === 'node' && atMs >= sinceMs).length;

  it('is what came since then, where a bucket begins then, whatever part of it is in the record', () => {
    fc.assert(
      fc.property(starts, fc.nat(20), fc.nat(20 * BUCKET_MS), (all, bucket, recordedMs) => {
        const record = withStarts(emptyRecord(0), all, recordedMs);
        expect(startsSince(record, all, 'node', bucket * BUCKET_MS)).toBe(count(all, bucket * BUCKET_MS));
      }),
    );
  });

  it('is never less than that, and more at most by what came before it in the same bucket', () => {
    fc.assert(
      fc.property(starts, fc.nat(20 * BUCKET_MS), fc.nat(20 * BUCKET_MS), (all, sinceMs, recordedMs) => {
        const found = startsSince(withStarts(emptyRecord(0), all, recordedMs), all, 'node', sinceMs);
        expect(found).toBeGreaterThanOrEqual(count(all, sinceMs));
        expect(found).toBeLessThanOrEqual(count(all, Math.floor(sinceMs / BUCKET_MS) * BUCKET_MS));
      }),
    );
  });
});

describe('the starts of a record', () => {
  const starts = fc.array(fc.record({ atMs: fc.nat(20 * BUCKET_MS - 1), template: fc.constantFrom('node', 'bare') }));
  const ALL = 20 * BUCKET_MS;

  it('are as many in each of its buckets as there were, in order, also once they are written and read', () => {
    fc.assert(
      fc.property(starts, (all) => {
        const record = withStarts(emptyRecord(0), all, ALL);
        const told = parseStarts(formatStarts(startsIn(record, all.length)));

        expect(told).toHaveLength(all.length);
        expect(told).toEqual(told.toSorted((one, other) => one.atMs - other.atMs));
        for (const template of ['node', 'bare']) {
          const times = told.filter((one) => one.template === template).map(({ atMs }) => atMs);
          expect(countStarts(times, 0, ALL, BUCKET_MS)).toEqual(demandFor(record, template).counts);
        }
      }),
    );
  });

  it('are the latest where there are more than are asked for', () => {
    fc.assert(
      fc.property(starts, fc.nat(30), (all, most) => {
        const record = withStarts(emptyRecord(0), all, ALL);
        const told = startsIn(record, all.length);
        expect(startsIn(record, most)).toEqual(most === 0 ? [] : told.slice(-most));
      }),
    );
  });
});
