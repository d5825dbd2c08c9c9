/** `npm run faults` runs every case of every row; `npm test` some of each, so that it stays short. */
export const isFull = process.env.BERTH_FAULTS === 'full';

/** How much of something a row takes: few in the core suite, all at full strength. */
export function atStrength<T>(few: T, full: T): T {
  return isFull ? full : few;
}

/** The cases that a row takes: evenly spread in the core suite, all at full strength. */
export function someOf<T>(cases: readonly T[], oneOf = 3): T[] {
  return cases.filter((_, index) => index % atStrength(oneOf, 1) === 0);
}
