import Router from '@koa/router';
import type { Client } from '@temporalio/client';
import type { Context } from 'koa';
import { z } from 'zod';
import type { Caller } from '../authentication/authenticate.ts';
import { refuse } from '../http/problems.ts';
import { validate } from '../http/validate.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import { untilGone } from '../temporal/until-gone.ts';
import { sweep } from './sweep.ts';

const query = z.strictObject({ dry_run: z.enum(['true', 'false']).default('false') });

/** `POST /sweep?dry_run=`: what exists is compared with what is known. For administrators; there is no such address for others. */
export function sweepRoutes(client: Client, calls: PromptCalls): Router {
  const router = new Router();
  router.post('/sweep', async (context: Context) => {
    const { grant }: Caller = context.state.caller;
    if (grant.role !== 'admin') throw refuse('no-such-route', `There is no ${context.path}.`);
    const dryRun = validate(query, context.query).dry_run === 'true';
    context.body = await untilGone(client, context, () => sweep(client, calls, dryRun));
  });
  return router;
}
