import { z } from 'zod';

/** More of a kind than this are a mistake. */
const MOST_SERVERS = 1000;
/** Half an hour of plans, if nobody asks for one in between. */
const MOST_QUIET_ROUNDS = 60;

/** What operators set of the servers of a kind: never fewer than the floor, never more than the ceiling. */
export const limitsSchema = z
  .strictObject({
    /** None at all could not plan that there should be one. */
    floor: z.int().min(1).max(MOST_SERVERS).default(1),
    ceiling: z.int().min(1).max(MOST_SERVERS),
    /** For so many plans in a row fewer must do, before there are fewer. */
    quiet_rounds: z.int().min(1).max(MOST_QUIET_ROUNDS).default(10),
  })
  .refine(({ floor, ceiling }) => floor <= ceiling, { path: ['floor'], message: 'must be at most the ceiling' });
export type ServerLimits = z.infer<typeof limitsSchema>;

/** The limits by the kinds of servers. A kind without any is as whoever runs it has it. */
export const serversSchema = z.strictObject({ workers: limitsSchema.optional(), api: limitsSchema.optional() });
