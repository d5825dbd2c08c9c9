import fc from 'fast-check';
import { expect, it } from 'vitest';
import { slopeOf } from './slope.ts';

const tenth = fc.integer({ min: -1000, max: 1000 }).map((tenths) => tenths / 10);

it('finds the slope of a line, without error', () => {
  fc.assert(
    fc.property(tenth, tenth, fc.integer({ min: 3, max: 50 }), (slope, offset, count) => {
      const found = slopeOf(Array.from({ length: count }, (_, x) => [x, offset + slope * x] as const));
      expect(found.perUnit).toBeCloseTo(slope, 6);
      expect(found.error).toBeCloseTo(0, 6);
    }),
  );
});

it('is as sure of it as the points are near to the line', () => {
  const around = (distance: number) =>
    slopeOf(
      Array.from({ length: 40 }, (_, x) => [x, 2 * x + (x % 4 === 0 || x % 4 === 3 ? distance : -distance)] as const),
    );

  expect(around(1).perUnit).toBeCloseTo(2, 1);
  expect(around(10).error).toBeCloseTo(10 * around(1).error, 6);
  // By hand: residues of ±1 have a sum of squares of about 40, and the spread of 0 … 39 is 5330.
  expect(around(1).error).toBeCloseTo(Math.sqrt(40 / 38 / 5330), 3);
});
