import { z } from 'zod';
import { nameSchema } from '../environment/recipe.ts';
import { calendarSchema } from './calendar-entry.ts';

/** What operators set of one pool: never fewer slots than the floor, never more than the ceiling. */
const poolSchema = z
  .strictObject({
    floor: z.int().min(0).max(1000).default(0),
    ceiling: z.int().min(0).max(1000).default(300),
  })
  .refine(({ floor, ceiling }) => floor <= ceiling, { path: ['floor'], message: 'must be at most the ceiling' });

/** What operators set: the pools, by the names of their templates, and the calendar. */
export const settingsSchema = z.strictObject({
  pools: z.record(nameSchema, poolSchema).default({}),
  calendar: calendarSchema.default([]),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Where nothing is set, there are no pools. */
export const NO_POOLS: Settings = { pools: {}, calendar: [] };
