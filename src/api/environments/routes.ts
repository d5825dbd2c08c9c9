import Router from '@koa/router';
import type { Client } from '@temporalio/client';
import type { Context } from 'koa';
import { z } from 'zod';
import { type Environment, STATES } from '../../environment/environment.ts';
import type { Identity } from '../../environment/identity.ts';
import { accessSchema, extendSchema, identitySchema, startSchema, terminateSchema } from '../../environment/request.ts';
import type { TemplateCatalogue } from '../../templates/catalogue.ts';
import type { Admission } from '../admission/admission.ts';
import { type Caller, mayActFor } from '../authentication/authenticate.ts';
import { readJson } from '../http/body.ts';
import { waitMs } from '../http/prefer.ts';
import { refuse } from '../http/problems.ts';
import { validate } from '../http/validate.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import { untilGone } from '../temporal/until-gone.ts';
import { abandon } from './abandon.ts';
import { access } from './access.ts';
import { Lives } from './lives.ts';
import { notFound } from './not-found.ts';
import type { Outcome, Wait } from './outcome.ts';
import { list, status } from './show.ts';
import { extend, sleep, wake } from './sleep.ts';
import { start } from './start.ts';
import { terminate } from './terminate.ts';

/** What is under way may be done at any moment. */
const SOON = '1';

const statusQuery = z.strictObject({
  ...identitySchema.partial().shape,
  state: z.enum(STATES).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  page: z.string().max(4096).optional(),
});

/** What is asked of environments: `POST /environments/<verb>`, and `GET /environments/status`. */
export function environmentRoutes(
  client: Client,
  templates: TemplateCatalogue,
  calls: PromptCalls,
  admission: Admission,
): Router {
  const lives = new Lives(client, calls);
  const router = new Router({ prefix: '/environments' });

  router.post('/start', async (context: Context) => {
    const request = validate(startSchema, await readJson(context));
    mustBeTheirs(context, request);
    const begin = (): Promise<Outcome> => start(lives, templates, request, wanted(context), admission);
    answer(context, await untilGone(client, context, begin));
  });

  router.post('/terminate', async (context: Context) => {
    const { abandon: reason, ...identity } = validate(terminateSchema, await readJson(context));
    mustBeTheirs(context, identity);
    const end = (): Promise<Outcome> =>
      reason === undefined
        ? terminate(lives, identity, wanted(context))
        : abandon(lives, identity, caller(context), reason);
    answer(context, await untilGone(client, context, end));
  });

  router.post('/kubeconfig', async (context: Context) => {
    const { expires_in, ...identity } = validate(accessSchema, await readJson(context));
    mustBeTheirs(context, identity);
    context.body = await untilGone(client, context, () => access(lives, identity, expires_in));
    context.set('Cache-Control', 'no-store');
  });

  router.post('/sleep', async (context: Context) => {
    const identity = validate(identitySchema, await readJson(context));
    mustBeTheirs(context, identity);
    answer(context, await untilGone(client, context, () => sleep(lives, identity, wanted(context))));
  });

  router.post('/wake', async (context: Context) => {
    const identity = validate(identitySchema, await readJson(context));
    mustBeTheirs(context, identity);
    answer(context, await untilGone(client, context, () => wake(lives, identity, wanted(context), admission)));
  });

  router.post('/extend', async (context: Context) => {
    const request = validate(extendSchema, await readJson(context));
    mustBeTheirs(context, request);
    answer(context, await untilGone(client, context, () => extend(lives, request)));
  });

  router.get('/status', async (context: Context) => {
    const { dev_id, project, state, page, limit } = validate(statusQuery, context.query);
    const { grant } = caller(context);
    const theirs = dev_id ?? (grant.role === 'developer' ? grant.dev_id : undefined);
    if (project === undefined) {
      if (theirs !== undefined && !mayActFor(caller(context), theirs))
        throw notFound({ dev_id: theirs, project: 'any' });
      context.body = await untilGone(client, context, () => list(lives, { dev_id: theirs, state, page, limit }));
      return;
    }
    if (theirs === undefined) throw refuse('invalid-request', "Name the developer too: 'project' needs 'dev_id'.");
    const identity = { dev_id: theirs, project };
    mustBeTheirs(context, identity);
    context.body = await untilGone(client, context, () => status(lives, identity));
  });

  return router;

  function answer(context: Context, { environment, isDone }: Outcome): void {
    context.status = isDone ? 200 : 202;
    context.body = environment;
    if (isDone) return;
    context.set('Location', statusAddress(context, environment));
    context.set('Retry-After', isQueued(environment) ? admission.lookAgain() : SOON);
  }
}

/** Nothing of what was asked for has begun: what is to be woken is asleep until then. */
function isQueued({ state }: Environment): boolean {
  return state === 'queued' || state === 'asleep';
}

/** Under the base path that the caller used. */
function statusAddress(context: Context, { dev_id, project }: Environment): string {
  return `${context.state.base}/environments/status?${new URLSearchParams({ dev_id, project })}`;
}

function wanted(context: Context): Wait {
  return (longestMs) => waitMs(context.get('Prefer'), longestMs);
}

function caller(context: Context): Caller {
  return context.state.caller;
}

/** Notes which environment a request is about, too: for the log. */
function mustBeTheirs(context: Context, identity: Identity): void {
  const { dev_id, project } = identity;
  context.state.environment = { dev_id, project };
  if (!mayActFor(caller(context), identity.dev_id)) throw notFound(identity);
}
