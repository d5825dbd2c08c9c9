import Router from '@koa/router';
import type { Client } from '@temporalio/client';
import type { Context } from 'koa';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';

/** An idle worker asks for work once a minute. */
const SILENT_AFTER_MS = 75_000;
// temporal.api.enums.v1.TaskQueueType.
const TASK_QUEUE_TYPE_WORKFLOW = 1;

/** What a server can tell of itself and of the parts that it sees. The cluster is seen by workers only. */
interface Health {
  /** `degraded`: requests are accepted, and done once a worker runs. */
  status: 'ok' | 'degraded' | 'down';
  temporal: 'reachable' | 'unreachable';
  workers: 'polling' | 'absent' | 'unknown';
}

/**
 * `GET /health`: which part is down, for balancers and people. 503 where this server can do nothing for anybody. Needs no
 * token and tells no secret.
 */
export function healthRoutes(client: Client, calls: PromptCalls): Router {
  const router = new Router();
  router.get('/health', async (context: Context) => {
    const health = await healthOf(client, calls);
    context.status = health.status === 'down' ? 503 : 200;
    context.body = health;
  });
  return router;
}

async function healthOf(client: Client, calls: PromptCalls): Promise<Health> {
  try {
    const isServed = await calls.make(() => hasWorkers(client));
    return { status: isServed ? 'ok' : 'degraded', temporal: 'reachable', workers: isServed ? 'polling' : 'absent' };
  } catch {
    return { status: 'down', temporal: 'unreachable', workers: 'unknown' };
  }
}

async function hasWorkers({ workflowService, options: { namespace } }: Client): Promise<boolean> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: TASK_QUEUE },
    taskQueueType: TASK_QUEUE_TYPE_WORKFLOW,
  });
  const since = (Date.now() - SILENT_AFTER_MS) / 1000;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) >= since);
}
