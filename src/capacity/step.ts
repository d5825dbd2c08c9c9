const PART = 0.1;

/** How many of so many slots or servers may go at once, so that they become fewer gradually: a tenth, and always one. */
export function step(size: number): number {
  return Math.max(1, Math.floor(PART * size));
}
