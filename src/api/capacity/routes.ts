import Router from '@koa/router';
import type { Client } from '@temporalio/client';
import type { Context } from 'koa';
import { z } from 'zod';
import { settingsSchema } from '../../capacity/settings.ts';
import type { TemplateCatalogue } from '../../templates/catalogue.ts';
import { capacityNow } from '../../temporal/capacity-now.ts';
import { mustBeAdmin } from '../authentication/must-be-admin.ts';
import { readJson } from '../http/body.ts';
import { isDryRun } from '../http/dry-run.ts';
import { validate } from '../http/validate.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import { untilGone } from '../temporal/until-gone.ts';
import { dryPlan } from './dry-plan.ts';
import { recordedDemand } from './recorded-demand.ts';
import { setCapacity } from './set.ts';
import { mustExist } from './templates.ts';

const nothing = z.strictObject({});

/**
 * `GET /capacity`: what is set of pools and calendar, and what was planned last. `PUT /capacity?dry_run=`: sets it, or
 * only tells what would be planned. `GET /capacity/demand`: what was asked for in the last weeks, as CSV. For
 * administrators; there are no such addresses for others.
 */
export function capacityRoutes(client: Client, templates: TemplateCatalogue, calls: PromptCalls): Router {
  const router = new Router();

  router.get('/capacity', async (context: Context) => {
    mustBeAdmin(context);
    validate(nothing, context.query);
    context.body = await untilGone(client, context, () => calls.make(() => capacityNow(client)));
  });

  router.put('/capacity', async (context: Context) => {
    mustBeAdmin(context);
    const dryRun = isDryRun(context);
    const settings = validate(settingsSchema, await readJson(context));
    await mustExist(settings, templates);
    context.body = await untilGone<object>(client, context, () =>
      dryRun ? dryPlan(client, calls, settings) : setCapacity(client, calls, settings),
    );
  });

  router.get('/capacity/demand', async (context: Context) => {
    mustBeAdmin(context);
    validate(nothing, context.query);
    const csv = await untilGone(client, context, () => calls.make(() => recordedDemand(client)));
    context.type = 'text/csv';
    context.body = csv;
  });

  return router;
}
