const PART = 0.1;

/** How many slots of a pool of that size may go at once, so that it shrinks gradually: a tenth of it, and always one. */
export function step(size: number): number {
  return Math.max(1, Math.floor(PART * size));
}
