import type { Client } from '@temporalio/client';
import Koa, { type Context, type Next } from 'koa';
import type { Logger } from 'pino';
import type { TemplateCatalogue } from '../templates/catalogue.ts';
import { Admission } from './admission/admission.ts';
import { Load } from './admission/load.ts';
import { readQueues } from './admission/read-queues.ts';
import type { OnRefused } from './admission/refusal.ts';
import { sayWhen } from './admission/say-when.ts';
import { authenticate } from './authentication/authenticate.ts';
import type { TokenFile } from './authentication/token-file.ts';
import { capacityRoutes } from './capacity/routes.ts';
import type { Drain } from './drain.ts';
import { environmentRoutes } from './environments/routes.ts';
import { healthRoutes } from './health/routes.ts';
import { accessLog } from './http/access-log.ts';
import type { InFlight } from './http/in-flight.ts';
import { problems } from './http/problems.ts';
import { requestId } from './http/request-id.ts';
import { watched } from './http/watched.ts';
import { limitCalls } from './limits/limit-calls.ts';
import { limitRequests } from './limits/limit-requests.ts';
import type { Limits } from './limits/limits.ts';
import { ApiMetrics } from './metrics/metrics.ts';
import { routePatterns } from './metrics/routes.ts';
import { sweepRoutes } from './sweep/routes.ts';
import { PromptCalls } from './temporal/prompt-calls.ts';
import { whoamiRoutes } from './whoami/routes.ts';

/** What the API works with. No credentials of a cluster are among it. */
export interface ApiDependencies {
  client: Client;
  tokens: TokenFile;
  templates: TemplateCatalogue;
  log: Logger;
  /** What this server has in hand, and how much it may. */
  inFlight: InFlight;
  /** What each of them may ask for. */
  limits: Limits;
  /** How this server goes. */
  drain: Drain;
  /** How people's queues are. @default as Temporal tells */
  load?: Load;
  /** What it tells Prometheus. @default nobody asks */
  metrics?: ApiMetrics;
}

/** The HTTP API. Any number of these may run side by side: none keeps any state. */
export function createApp(dependencies: ApiDependencies): Koa {
  const { client, tokens, templates, log, limits, inFlight, drain } = dependencies;
  const { metrics = new ApiMetrics({ inFlight }), load = new Load(() => readQueues(client)) } = dependencies;
  const onRefused: OnRefused = (reason) => metrics.refused(reason);
  const app = new Koa();
  const calls = new PromptCalls(client, drain.waitsEnd, (outcome, seconds) => metrics.called(outcome, seconds));
  const health = healthRoutes(client, calls, { drain, inFlight });
  const admission = new Admission(load, onRefused);
  const resources = [whoamiRoutes(), sweepRoutes(client, calls), capacityRoutes(client, templates, calls)];
  const environments = environmentRoutes(client, templates, calls, admission);
  app.on('error', (error: Error) => log.error({ err: error }, 'response failed'));
  app.use(requestId);
  app.use(basePath);
  app.use(watched(routePatterns([health, ...resources, environments]), [metrics, accessLog(log)]));
  app.use(problems(log));
  app.use(health.routes());
  app.use(inFlight.bounded(onRefused));
  app.use(authenticate(tokens));
  app.use(sayWhen(admission));
  app.use(limitRequests(limits, onRefused));
  app.use(limitCalls(limits.developerCalls, onRefused));
  for (const resource of resources) app.use(resource.routes());
  app.use(environments.routes());
  app.use(environments.allowedMethods());
  return app;
}

/** The same routes under `/api` and without it, for a proxy that strips the prefix. */
async function basePath(context: Context, next: Next): Promise<void> {
  const [, base = '', rest] = /^(\/api)?(\/.*)$/s.exec(context.path) ?? [];
  context.state.base = base;
  if (rest !== undefined) context.path = rest;
  await next();
}
