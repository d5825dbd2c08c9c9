import type { Middleware } from 'koa';
import { refuseForNow } from './problems.ts';

const RETRY_AFTER_S = 1;

/**
 * Refuses what is asked for while so many wait for what they asked for: another would only pile up. Who only looks is always
 * answered.
 *
 * @param onRefused is told why somebody is refused, in a word of few
 */
export function atMost(limit: number, onRefused: (reason: string) => void): Middleware {
  let underWay = 0;
  return async ({ method }, next) => {
    if (method === 'GET') return await next();
    if (underWay >= limit) {
      onRefused('most-calls');
      const detail = `This API server does what ${limit} callers at once ask for, and that many wait already. Ask again.`;
      throw refuseForNow(detail, RETRY_AFTER_S);
    }
    underWay += 1;
    try {
      await next();
    } finally {
      underWay -= 1;
    }
  };
}
