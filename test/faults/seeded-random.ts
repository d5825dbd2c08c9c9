/**
 * The seed of this run, any at all unless `BERTH_SEED` says which: a failure names it, and the same points are taken
 * again with it, as far as the machine is as fast.
 */
export function chosenSeed(): number {
  return Number(process.env.BERTH_SEED ?? Date.now() % 100_000);
}

/** Numbers from 0 to below 1 that look random, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
