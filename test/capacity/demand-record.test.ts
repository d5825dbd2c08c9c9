import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Start } from '../../src/capacity/demand.ts';
import { BUCKET_MS, emptyRecord, startsSince, withStarts } from '../../src/capacity/demand-record.ts';

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
