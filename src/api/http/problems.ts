import type { Context, Middleware, Next } from 'koa';
import type { Logger } from 'pino';
import { kindOf, type Problem, type ProblemKind, problem } from '../../environment/problem.ts';

/** An answer that is a problem. Thrown anywhere in a request, it is what the caller gets. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  readonly headers: Record<string, string>;

  constructor(found: Problem, headers: Record<string, string> = {}) {
    super(found.detail);
    this.problem = found;
    this.headers = headers;
  }
}

/** Refuses a request. `detail` says what is wrong and what to do. */
export function refuse(kind: ProblemKind, detail: string, errors?: Problem['errors']): ProblemError {
  return new ProblemError(problem(kind, detail, errors));
}

/**
 * Refuses a request that is worth making again.
 * @param retryAfter in how many seconds, as the header has it, where that is known. @default as the load is then
 */
export function refuseForNow(detail: string, retryAfter?: string): ProblemError {
  return worthMakingAgain('unavailable', detail, retryAfter);
}

/** Refuses a request of a caller who asks for more than is theirs. @param retryAfter as for {@link refuseForNow} */
export function refuseTooMany(detail: string, retryAfter?: string): ProblemError {
  return worthMakingAgain('too-many-requests', detail, retryAfter);
}

function worthMakingAgain(kind: ProblemKind, detail: string, retryAfter: string | undefined): ProblemError {
  return new ProblemError(problem(kind, detail), retryAfter === undefined ? {} : { 'Retry-After': retryAfter });
}

/** Answers every failure as problem+json (RFC 9457). What nobody foresaw is logged, and told without its details. */
export function problems(log: Logger): Middleware {
  return async (context: Context, next: Next) => {
    try {
      await next();
      if (context.status === 404 && context.body == null) throw refuse('no-such-route', `There is no ${context.path}.`);
      // 501 is the router's answer to methods that no route has at all.
      if ([405, 501].includes(context.status))
        throw refuse('method-not-allowed', `Use ${context.response.get('Allow')}.`);
    } catch (error) {
      const { requestId } = context.state;
      if (!(error instanceof ProblemError)) log.error({ err: error, request_id: requestId }, 'request failed');
      const answer =
        error instanceof ProblemError
          ? error
          : refuse('internal', 'This is a defect of Berth, and is logged. Try again; tell the operator if it stays.');
      context.state.problem = kindOf(answer.problem);
      context.set(answer.headers);
      context.status = answer.problem.status;
      context.type = 'application/problem+json';
      context.body = JSON.stringify({ ...answer.problem, instance: `urn:berth:request:${requestId}` });
    }
  };
}
