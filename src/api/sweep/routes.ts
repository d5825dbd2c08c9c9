import Router from '@koa/router';
import type { Client } from '@temporalio/client';
import type { Context } from 'koa';
import { mustBeAdmin } from '../authentication/must-be-admin.ts';
import { isDryRun } from '../http/dry-run.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import { untilGone } from '../temporal/until-gone.ts';
import { sweep } from './sweep.ts';

/** `POST /sweep?dry_run=`: what exists is compared with what is known. For administrators; there is no such address for others. */
export function sweepRoutes(client: Client, calls: PromptCalls): Router {
  const router = new Router();
  router.post('/sweep', async (context: Context) => {
    mustBeAdmin(context);
    const dryRun = isDryRun(context);
    context.body = await untilGone(client, context, () => sweep(client, calls, dryRun));
  });
  return router;
}
