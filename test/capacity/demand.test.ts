import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { countStarts, parseStarts } from '../../src/capacity/demand.ts';

const MINUTE_MS = 60_000;

describe('a record of starts', () => {
  it('is read with or without its header, whatever ends its lines', () => {
    const starts = [
      { atMs: Date.parse('2026-03-02T08:00:00Z'), template: 'node' },
      { atMs: Date.parse('2026-03-02T07:59:59.5Z'), template: 'bare' },
    ];
    const lines = ['2026-03-02T09:00:00+01:00,node', '2026-03-02T07:59:59.5Z,bare'];
    expect(parseStarts(lines.join('\n'))).toEqual(starts);
    expect(parseStarts(`${['time,template', ...lines].join('\r\n')}\r\n`)).toEqual(starts);
    expect(parseStarts('')).toEqual([]);
  });

  test.each([
    ['a time without offset', '2026-03-02T09:00:00,node', "'2026-03-02T09:00:00' must be a time of RFC 3339"],
    ['a date', '2026-03-02,node', "'2026-03-02' must be a time of RFC 3339"],
    ['a day that does not exist', '2026-02-30T09:00:00Z,node', "'2026-02-30T09:00:00Z' must be a time of RFC 3339"],
    ['no template', '2026-03-02T09:00:00Z', 'must be a time, a comma and the name of a template'],
    ['an empty template', '2026-03-02T09:00:00Z,', 'must be a time, a comma and the name of a template'],
    ['a column too many', '2026-03-02T09:00:00Z,node,ada', 'must be a time, a comma and the name of a template'],
    ['its header again', 'time,template', "'time' must be a time of RFC 3339"],
  ])('is refused with the number of the line that has %s', (_, line, fault) => {
    const read = () => parseStarts(`time,template\n2026-03-02T09:00:00Z,node\n${line}\n`);
    expect(read).toThrow(RangeError);
    expect(read).toThrow('Line 3: ');
    expect(read).toThrow(fault);
  });
});

describe('starts, counted', () => {
  it('fall into the whole buckets between two moments, which begin at multiples of their length', () => {
    const at = [0, 4, 5, 9.9, 10, 14, 15, 16].map((minute) => minute * MINUTE_MS);
    expect([...countStarts(at, MINUTE_MS, 16 * MINUTE_MS, 5 * MINUTE_MS)]).toEqual([2, 2]);
    expect([...countStarts(at, 0, 15 * MINUTE_MS, 5 * MINUTE_MS)]).toEqual([2, 2, 2]);
    expect([...countStarts([], 0, 4 * MINUTE_MS, 5 * MINUTE_MS)]).toEqual([]);
  });

  it('are all counted once, in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 50 }), (times, bucketMs) => {
        const counts = countStarts(times, 0, 1000 + bucketMs, bucketMs);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(
          times.filter((at) => at < counts.length * bucketMs).length,
        );
        expect(countStarts(times.toReversed(), 0, 1000 + bucketMs, bucketMs)).toEqual(counts);
      }),
    );
  });
});
