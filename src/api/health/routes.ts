import Router from '@koa/router';
import type { Client } from '@temporalio/client';
import type { Context } from 'koa';
import { lastAskedAt } from '../../temporal/queue-stats.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import type { Drain } from '../drain.ts';
import type { InFlight } from '../http/in-flight.ts';
import { areWorkersThere } from '../temporal/pollers.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';

/** What a server can tell of itself and of the parts that it sees. The cluster is seen by workers only. */
interface Health {
  /** `degraded`: requests are accepted, and done once a worker runs. `draining`: it serves on, and is about to end. */
  status: 'ok' | 'degraded' | 'down' | 'draining';
  temporal: 'reachable' | 'unreachable';
  workers: 'polling' | 'absent' | 'unknown';
}

/**
 * What is asked about a server itself. None of it needs a token or tells a secret.
 *
 * - `GET /health`, for people and alarms: which part is down; 503 where this server can do nothing for anybody.
 * - `GET /health/ready`, for balancers: whether it is to be sent requests. What all servers share does not count: were
 *   Temporal away, none would be left to say so as a problem that callers understand.
 * - `GET /health/load`, for whoever scales servers: how many callers it does something for, and for how many it could.
 * - `GET /health/live`, for whoever restarts what hangs: that it answers.
 */
export function healthRoutes(
  client: Client,
  calls: PromptCalls,
  { drain, inFlight }: { drain: Drain; inFlight: InFlight },
): Router {
  const router = new Router();
  // Whoever asks needs no token, so that many who ask at once must not all ask Temporal.
  let asking: Promise<Health> | undefined;
  router.get('/health', async (context: Context) => {
    asking ??= healthOf(client, calls).finally(() => {
      asking = undefined;
    });
    const health = await asking;
    context.status = health.status === 'down' ? 503 : 200;
    context.body = drain.hasBegun && health.status !== 'down' ? { ...health, status: 'draining' } : health;
  });
  router.get('/health/ready', (context: Context) => {
    context.status = drain.hasBegun ? 503 : 200;
    context.body = { status: drain.hasBegun ? 'draining' : 'ok' };
  });
  router.get('/health/load', (context: Context) => {
    context.body = inFlight.report;
  });
  router.get('/health/live', (context: Context) => {
    context.body = { status: 'ok' };
  });
  return router;
}

async function healthOf(client: Client, calls: PromptCalls): Promise<Health> {
  try {
    const askedAt = await calls.make(() => lastAskedAt(client, TASK_QUEUE));
    const isServed = await areWorkersThere(client, TASK_QUEUE, askedAt);
    return { status: isServed ? 'ok' : 'degraded', temporal: 'reachable', workers: isServed ? 'polling' : 'absent' };
  } catch {
    return { status: 'down', temporal: 'unreachable', workers: 'unknown' };
  }
}
