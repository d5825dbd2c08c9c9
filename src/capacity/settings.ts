import { z } from 'zod';
import { nameSchema } from '../environment/recipe.ts';
import { calendarSchema } from './calendar-entry.ts';
import { MOST_SLOTS } from './most-slots.ts';
import { serversSchema } from './servers/limits.ts';

/** They are kept in one message of Temporal's, which every plan is started with. */
const MOST_BYTES = 64 * 1024;

/** What operators set of one pool: never fewer slots than the floor, never more than the ceiling. */
export const poolSchema = z
  .strictObject({
    floor: z.int().min(0).max(MOST_SLOTS).default(0),
    ceiling: z.int().min(0).max(MOST_SLOTS).default(300),
  })
  .refine(({ floor, ceiling }) => floor <= ceiling, { path: ['floor'], message: 'must be at most the ceiling' });
export type Pool = z.infer<typeof poolSchema>;

/** What operators set: the pools, by the names of their templates, the calendar, and how many servers there may be. */
export const settingsSchema = z
  .strictObject({
    pools: z.record(nameSchema, poolSchema).default({}),
    calendar: calendarSchema.default([]),
    servers: serversSchema.optional(),
  })
  .refine((settings) => new TextEncoder().encode(JSON.stringify(settings)).length <= MOST_BYTES, {
    message: `must be at most ${MOST_BYTES / 1024} KiB, with what is left out filled in: remove what is past`,
  });
export type Settings = z.infer<typeof settingsSchema>;

/** Where nothing is set, there are no pools. */
export const NO_POOLS: Settings = { pools: {}, calendar: [] };
