import type { Middleware } from 'koa';
import type { OnRefused } from '../admission/refusal.ts';
import { Returns } from '../admission/returns.ts';
import { Pace } from './pace.ts';
import { refuseForNow } from './problems.ts';

/**
 * Refuses what is asked for while so many wait for what they asked for: another would only pile up. Who only looks is
 * counted apart, so that those who wait keep nobody from looking.
 */
export function atMost(limit: number, onRefused: OnRefused): Middleware {
  const asking = atOnce(limit, () => onRefused('most-calls'));
  const looking = atOnce(limit, () => onRefused('most-looks'));
  return async (context, next) => await (context.method === 'GET' ? looking : asking)(context, next);
}

function atOnce(limit: number, onRefused: () => void): Middleware {
  const [ended, returns] = [new Pace(), new Returns()];
  let underWay = 0;
  return async (_, next) => {
    if (underWay >= limit) {
      onRefused();
      const detail = `This API server does what ${limit} callers at once ask for, and that many wait already. Ask again.`;
      throw refuseForNow(detail, returns.next({ excessMs: 0, perSecond: ended.perSecond(performance.now()) }));
    }
    underWay += 1;
    try {
      await next();
    } finally {
      underWay -= 1;
      ended.count(performance.now());
    }
  };
}
