import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { msUntil } from '../../../src/api/limits/bucket.ts';
import { Buckets } from '../../../src/api/limits/buckets.ts';
import { atOncePolicyField, limitField, policyField } from '../../../src/api/limits/fields.ts';

const QUOTA = { requests: 10, windowMs: 5000 };

/** Asks at these moments. @returns those at which it was let */
function letIn(buckets: Buckets, whom: string, moments: readonly number[]): number[] {
  return moments.filter((now) => {
    if (msUntil(1, buckets.of(whom, now), buckets.quota) > 0) return false;
    buckets.take(whom, now);
    return true;
  });
}

describe('a quota', () => {
  it('is never exceeded: in any time as much as it is, and what has come again in that time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 300 }), (pauses) => {
        let now = 0;
        const moments = pauses.map((pauseMs) => (now += pauseMs));
        const let_ = letIn(new Buckets(QUOTA), 'ann', moments);
        for (const [first, from] of let_.entries()) {
          for (const [last, to] of let_.entries()) {
            const most = QUOTA.requests + ((to - from) * QUOTA.requests) / QUOTA.windowMs;
            if (last >= first) expect(last - first + 1).toBeLessThanOrEqual(most + 1e-6);
          }
        }
      }),
    );
  });

  it('is there for who asks no more often than it says, for ever', () => {
    const moments = Array.from({ length: 1000 }, (_, index) => index * 500);

    expect(letIn(new Buckets(QUOTA), 'ann', moments)).toEqual(moments);
  });

  it('cannot be saved up', () => {
    const buckets = new Buckets(QUOTA);
    letIn(buckets, 'ann', [0]);

    expect(letIn(buckets, 'ann', new Array(20).fill(3_600_000))).toHaveLength(10);
  });

  it('is there again at the moment that was told', () => {
    const buckets = new Buckets(QUOTA);
    letIn(buckets, 'ann', new Array(11).fill(0));
    const waitMs = msUntil(1, buckets.of('ann', 0), QUOTA);

    expect(letIn(buckets, 'ann', [waitMs - 1, waitMs])).toEqual([waitMs]);
  });

  it('is one of each, in memory that does not grow with them', () => {
    const buckets = new Buckets(QUOTA);
    letIn(buckets, 'ann', new Array(10).fill(0));

    expect(buckets.of('ann', 0).left).toBe(0);
    expect(buckets.of('bob', 0).left).toBe(10);
    for (let index = 0; index < 10_000; index++) buckets.take(`token-${index}`, 0);
    expect(buckets.of('ann', 0).left).toBe(10);
    expect(buckets.of('token-0', 0).left).toBe(9);
  });
});

describe('the headers of limits', () => {
  it('are structured fields as the draft has them', () => {
    expect(policyField('token', { requests: 600, windowMs: 60_000 })).toBe('"token";q=600;w=60');
    expect(atOncePolicyField('developer-calls', 200)).toBe('"developer-calls";q=200;qu="concurrent-requests"');
    expect(limitField('token', { left: 599.5, at: 0 }, { requests: 600, windowMs: 60_000 })).toBe('"token";r=599;t=1');
    expect(limitField('token', { left: -0.5, at: 0 }, { requests: 600, windowMs: 60_000 })).toBe('"token";r=0;t=61');
  });
});
