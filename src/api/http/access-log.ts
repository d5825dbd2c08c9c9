import type { Logger } from 'pino';
import type { EndedRequest, RequestWatcher } from './watched.ts';

/** One line for each request: who asked for what, of which environment, and what came of it. */
export function accessLog(log: Logger): RequestWatcher {
  return {
    ended(request) {
      const { id, method, route, status, seconds, problem, tokenId, environment, workflowId } = request;
      const line = {
        request_id: id,
        method,
        route,
        status,
        ms: Math.round(seconds * 1000),
        problem,
        token_id: tokenId,
        ...environment,
        workflow_id: workflowId,
      };
      log[levelOf(request)](line, 'request');
    },
  };
}

/** What nobody foresaw is an error; what somebody else has to mend, or is too much, a warning. */
function levelOf({ status }: EndedRequest): 'info' | 'warn' | 'error' {
  if (status === 500) return 'error';
  return status > 500 || status === 429 ? 'warn' : 'info';
}
