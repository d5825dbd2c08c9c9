import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comeBack, LONGEST_MS, retryAfter, UNKNOWN_MS } from '../../../src/api/admission/come-back.ts';

// Nearer to 1, what is added up is rounded into the next second.
const anyRandom = fc.double({ min: 0, max: 0.999999, noNaN: true });

/** When each of those comes back who are refused at the same moment. */
function returnsOf(randoms: readonly number[], excessMs: number, perSecond: number | undefined): number[] {
  let nextAt = Number.NEGATIVE_INFINITY;
  return randoms.map((random) => {
    const told = comeBack({ excessMs, perSecond }, { now: 0, nextAt }, random);
    nextAt = told.nextAt;
    return told.inMs;
  });
}

describe('those who are refused', () => {
  it('come back when the queue is short enough, and in any second no more than are served', () => {
    fc.assert(
      fc.property(
        fc.array(anyRandom, { minLength: 1, maxLength: 200 }),
        fc.nat(60_000),
        fc.integer({ min: 1, max: 100 }),
        (randoms, excessMs, perSecond) => {
          const returns = returnsOf(randoms, excessMs, perSecond).filter((inMs) => inMs < LONGEST_MS / 2);
          const seconds = Object.values(Object.groupBy(returns, (inMs) => Math.floor(inMs / 1000)));
          for (const inMs of returns) expect(inMs).toBeGreaterThanOrEqual(excessMs);
          for (const inOne of seconds) expect(inOne?.length).toBeLessThanOrEqual(perSecond + 1);
        },
      ),
    );
  });

  it('are never told to stay away for longer than some minutes, nor all until the same moment', () => {
    const randoms = Array.from({ length: 2000 }, (_, index) => index / 2000);
    const returns = returnsOf(randoms, 10_000, 1);

    expect(Math.max(...returns)).toBeLessThanOrEqual(LONGEST_MS);
    expect(new Set(returns.slice(1000).map(retryAfter)).size).toBeGreaterThan(50);
  });

  it('come back at moments of their own also where nothing shows how fast anything goes', () => {
    const returns = returnsOf([0, 0.25, 0.5, 0.75], 1000, undefined);

    expect(returns).toEqual([0, 0.25, 0.5, 0.75].map((random) => 1000 + UNKNOWN_MS * random));
  });

  it('are told at least a second, in whole ones', () => {
    expect([0, 1, 999, 1001, 12_345].map(retryAfter)).toEqual(['1', '1', '1', '2', '13']);
  });
});
