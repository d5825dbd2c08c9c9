import type { Middleware } from 'koa';
import { ProblemError } from '../http/problems.ts';
import type { Admission } from './admission.ts';

const FOR_NOW = [429, 503];

/** Says when to come back wherever somebody is refused for now by what cannot tell itself. */
export function sayWhen(admission: Admission): Middleware {
  return async (_, next) => {
    try {
      await next();
    } catch (error) {
      const isForNow = error instanceof ProblemError && FOR_NOW.includes(error.problem.status);
      if (!isForNow || 'Retry-After' in error.headers) throw error;
      throw new ProblemError(error.problem, { ...error.headers, 'Retry-After': admission.askAgain() });
    }
  };
}
