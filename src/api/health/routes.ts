import Router from '@koa/router';
import type { Client } from '@temporalio/client';
import type { Context } from 'koa';

const PROBE_MS = 1500;

/** `GET /health`: whether this server can do its work, for balancers and people. Needs no token and tells no secret. */
export function healthRoutes(client: Client): Router {
  const router = new Router();
  router.get('/health', async (context: Context) => {
    const temporal = await client
      .withDeadline(Date.now() + PROBE_MS, () => client.workflowService.getSystemInfo({}))
      .then(
        () => 'reachable',
        () => 'unreachable',
      );
    context.status = temporal === 'reachable' ? 200 : 503;
    context.body = { status: temporal === 'reachable' ? 'ok' : 'down', temporal };
  });
  return router;
}
