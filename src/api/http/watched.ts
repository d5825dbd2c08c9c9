import type { Context, Middleware } from 'koa';
import { type Identity, workflowId } from '../../environment/identity.ts';
import type { Caller } from '../authentication/authenticate.ts';

/** As nginx has it: the caller went away before the end of the answer. */
const CALLER_GONE = 499;

/** A request that has come to its end. */
export interface EndedRequest {
  id: string;
  method: string;
  /** The pattern of its route. */
  route: string;
  /** By this machine's clock, in milliseconds since the epoch. */
  beganAt: number;
  seconds: number;
  /** 499 where the caller did not wait for the answer. */
  status: number;
  /** The kind of problem that it was answered with. */
  problem: string | undefined;
  /** Whose token it bore, by the token's id. */
  tokenId: string | undefined;
  /** The environment that it was about, and the workflow which that is. */
  environment: Partial<Identity>;
  workflowId: string | undefined;
  answer: unknown;
}

/** Is told of each request. */
export interface RequestWatcher {
  ended(request: EndedRequest): void;
}

/**
 * Tells of each request, but not of those about the health of this server: balancers make them all the time.
 * @param routeOf the pattern of the route that a path is meant for
 */
export function watched(routeOf: (path: string) => string, watchers: readonly RequestWatcher[]): Middleware {
  return async (context, next) => {
    const route = routeOf(context.path);
    if (route.startsWith('/health')) return await next();
    const [beganAt, began] = [Date.now(), performance.now()];
    context.res.once('close', () => {
      const seconds = (performance.now() - began) / 1000;
      const ended = { ...told(context), route, beganAt, seconds };
      for (const watcher of watchers) watcher.ended(ended);
    });
    await next();
  };
}

function told(context: Context): Omit<EndedRequest, 'route' | 'beganAt' | 'seconds'> {
  const { requestId, problem, caller, environment = {} } = context.state as Partial<RequestState>;
  const { dev_id, project } = environment;
  return {
    id: requestId ?? '',
    method: context.method,
    status: context.res.writableFinished ? context.res.statusCode : CALLER_GONE,
    problem,
    tokenId: caller?.tokenId,
    environment,
    workflowId: dev_id === undefined || project === undefined ? undefined : workflowId({ dev_id, project }),
    answer: context.body,
  };
}

/** What is noted of a request on its way. */
export interface RequestState {
  requestId: string;
  problem: string;
  caller: Caller;
  environment: Partial<Identity>;
}
