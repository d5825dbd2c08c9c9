import type { Context, Middleware, Next } from 'koa';
import type { OnRefused } from '../admission/refusal.ts';
import type { Caller } from '../authentication/authenticate.ts';
import { isLook } from '../http/look.ts';
import { refuseTooMany } from '../http/problems.ts';
import { atOncePolicyField } from './fields.ts';

/**
 * Limits how many calls a developer has waiting at once, so that nobody takes all that this server has. Administrators
 * share what it has.
 */
export function limitCalls(most: number, onRefused: OnRefused): Middleware {
  const underWay = new Map<string, number>();
  return async (context: Context, next: Next) => {
    const { grant }: Caller = context.state.caller;
    if (grant.role === 'admin') return await next();
    context.append('RateLimit-Policy', atOncePolicyField('developer-calls', most));
    if (isLook(context.method)) return await next();
    const { dev_id: developer } = grant;
    const count = underWay.get(developer) ?? 0;
    if (count >= most) {
      onRefused('developer-calls');
      const detail = `This developer has ${most} calls waiting already. Nothing was done: ask again when one is answered.`;
      throw refuseTooMany(detail);
    }
    underWay.set(developer, count + 1);
    try {
      await next();
    } finally {
      const left = (underWay.get(developer) ?? 1) - 1;
      if (left > 0) underWay.set(developer, left);
      else underWay.delete(developer);
    }
  };
}
