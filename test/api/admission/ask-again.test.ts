import { expect, it } from 'vitest';
import { whenTaken } from '../../../src/api/admission/ask-again.ts';

const CALM = { at: 100_000, waiting: 0, oldestMs: 0, takenPerSecond: 1 };
/** Ten a second are taken from it. */
const BUSY = { at: 100_000, waiting: 300, oldestMs: 40_000, takenPerSecond: 10 };
const STUCK = { at: 100_000, waiting: 1, oldestMs: 50_000, takenPerSecond: 0 };

it('what its workers have not done in time is to be asked for again once they will have taken what waits, in all that it passes', () => {
  expect(whenTaken([BUSY, CALM], 0)).toBe('30');
  expect(whenTaken([BUSY, BUSY], 0)).toBe('60');
});

it('where nothing waits for long, or is known, it is to be asked for within seconds, and not by all at once', () => {
  for (const queues of [[CALM, CALM], []])
    expect([0, 0.5, 0.99].map((random) => whenTaken(queues, random))).toEqual(['1', '3', '5']);
});

it('where nothing is taken at all, it is to be asked for again after as long as that has been so', () => {
  expect(whenTaken([STUCK, CALM], 0)).toBe('50');
});
