import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentStarts, shareBefore } from '../../../src/api/admission/recent-starts.ts';

const waiting = fc.dictionary(fc.constantFrom('ann', 'bob', 'cy', 'dee'), fc.integer({ min: 1, max: 500 }));

describe('what comes before the next start of a developer', () => {
  it('is one turn of somebody who has 500 waiting, for one who has none', () => {
    expect(shareBefore('bob', of({ ann: 500 }))).toBe(1 / 500);
  });

  it('is all that waits, for the only one who has something waiting', () => {
    expect(shareBefore('ann', of({ ann: 500 }))).toBe(1);
  });

  it('is all that waits, where nobody is known who has something waiting', () => {
    expect(shareBefore('ann', new Map())).toBe(1);
  });

  it('is never more than all, and no more for who has less', () => {
    fc.assert(
      fc.property(waiting, (counts) => {
        const shares = Object.entries({ ...counts, new: 0 })
          .sort(([, one], [, other]) => one - other)
          .map(([developer]) => shareBefore(developer, of(counts)));
        expect(shares).toEqual(shares.toSorted((one, other) => one - other));
        for (const share of shares) expect(share).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('the starts of late', () => {
  it('are counted from a moment on, and an environment once that many start together', () => {
    const starts = new RecentStarts();
    starts.add({ dev_id: 'ann', project: 'shop' }, 1000);
    for (let caller = 0; caller < 100; caller++) starts.add({ dev_id: 'bob', project: 'shop' }, 2000);

    expect([starts.countSince(0), starts.countSince(1000), starts.countSince(2000)]).toEqual([2, 1, 0]);
  });

  it('are forgotten from the oldest on, however many there are', () => {
    const starts = new RecentStarts();
    for (let index = 0; index < 10_000; index++) starts.add({ dev_id: 'ann', project: `p${index}` }, index);

    expect(starts.countSince(-1)).toBe(2000);
    expect(starts.countSince(7999)).toBe(2000);
  });
});

function of(counts: Record<string, number>): Map<string, { length: number }> {
  return new Map(Object.entries(counts).map(([developer, length]) => [developer, { length }]));
}
