import Router from '@koa/router';
import type { Context } from 'koa';
import type { Caller } from '../authentication/authenticate.ts';

/** `GET /whoami`: what the caller's token is for, as {@link Grant} says it. */
export function whoamiRoutes(): Router {
  const router = new Router();
  router.get('/whoami', (context: Context) => {
    const { grant }: Caller = context.state.caller;
    context.body = grant;
  });
  return router;
}
