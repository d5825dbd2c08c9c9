import { z } from 'zod';
import type { Occupied } from './observed.ts';

/** What servers have in hand, as one process tells it another. */
export const occupiedSchema = z.object({ count: z.number(), servers: z.number() });

/** Whoever does not answer in time is taken to be full: it is the busiest that do not. */
export const SILENT: Occupied = { count: 0, servers: 1 };

/** What all of so many have in hand, by those of them that were asked: the others are taken to have as much. */
export function ofAll(count: number, asked: readonly Occupied[]): Occupied {
  const theirs = together(asked);
  const share = count / asked.length;
  return { count: Math.round(theirs.count * share), servers: theirs.servers * share };
}

/** What several have in hand. */
export function together(all: readonly Occupied[]): Occupied {
  return all.reduce((sum, { count, servers }) => ({ count: sum.count + count, servers: sum.servers + servers }), {
    count: 0,
    servers: 0,
  });
}
