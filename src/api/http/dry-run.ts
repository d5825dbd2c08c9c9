import type { Context } from 'koa';
import { z } from 'zod';
import { validate } from './validate.ts';

const query = z.strictObject({ dry_run: z.enum(['true', 'false']).default('false') });

/**
 * Whether nothing is to be changed, by `?dry_run=`. Strictly: what was meant as a dry run must not be none.
 * @throws ProblemError
 */
export function isDryRun(context: Context): boolean {
  return validate(query, context.query).dry_run === 'true';
}
