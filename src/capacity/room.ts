/** How many slots a pool has, and how many it would have. */
export interface Need {
  has: number;
  wants: number;
}

/**
 * Shares the room that there is, one slot after the other, with the pool that has the smallest part of what it would
 * have: so nobody goes without while others are full.
 * @returns how many more each may have, in the same order
 */
export function shareRoom(needs: readonly Need[], room: number): number[] {
  const pools = needs.map((need) => ({ ...need, given: 0 }));
  const part = ({ has, given, wants }: (typeof pools)[number]): number => (has + given) / wants;
  for (let left = room; left > 0; left--) {
    const [first, ...others] = pools.filter(({ has, given, wants }) => has + given < wants);
    if (first === undefined) break;
    others.reduce((least, one) => (part(one) < part(least) ? one : least), first).given++;
  }
  return pools.map(({ given }) => given);
}
