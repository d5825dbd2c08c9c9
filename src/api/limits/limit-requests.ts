import type { Context, Middleware, Next } from 'koa';
import { retryAfter } from '../admission/come-back.ts';
import type { OnRefused } from '../admission/refusal.ts';
import type { Caller } from '../authentication/authenticate.ts';
import { refuseTooMany } from '../http/problems.ts';
import { msUntil } from './bucket.ts';
import { Buckets } from './buckets.ts';
import { limitField, policyField } from './fields.ts';
import type { Limits } from './limits.ts';

interface Limit {
  name: 'token' | 'developer';
  buckets: Buckets;
  whom: string;
}

/**
 * Limits how often callers ask, and tells each, with every answer, how often they still may. An administrator's calls count
 * for their token, whomever they are about: nobody's limit is used up by others. Each API server counts what it is asked.
 */
export function limitRequests(quotas: Pick<Limits, 'token' | 'developer'>, onRefused: OnRefused): Middleware {
  const tokens = new Buckets(quotas.token);
  const developers = new Buckets(quotas.developer);
  return async (context: Context, next: Next) => {
    const { grant, tokenId }: Caller = context.state.caller;
    const limits: Limit[] = [{ name: 'token', buckets: tokens, whom: tokenId }];
    if (grant.role === 'developer') limits.push({ name: 'developer', buckets: developers, whom: grant.dev_id });
    const now = performance.now();
    const waitMs = Math.max(...limits.map(({ buckets, whom }) => msUntil(1, buckets.of(whom, now), buckets.quota)));
    if (waitMs === 0) for (const { buckets, whom } of limits) buckets.take(whom, now);
    context.set(
      'RateLimit-Policy',
      limits.map(({ name, buckets }) => policyField(name, buckets.quota)),
    );
    context.set(
      'RateLimit',
      limits.map(({ name, buckets, whom }) => limitField(name, buckets.of(whom, now), buckets.quota)),
    );
    if (waitMs === 0) return await next();
    const reached = limits.filter(({ buckets, whom }) => buckets.of(whom, now).left < 1);
    for (const { name } of reached) onRefused(`${name}-limit`);
    throw refuseTooMany(saying(reached), retryAfter(waitMs));
  };
}

function saying(reached: readonly Limit[]): string {
  const said = reached.map(({ name, buckets: { quota } }) => {
    const whose = name === 'token' ? 'This token' : 'This developer, with all tokens together,';
    return `${whose} may ask ${quota.requests} times in ${quota.windowMs / 1000} s.`;
  });
  return `${said.join(' ')} Nothing was done: ask again after the seconds in Retry-After, and less often.`;
}
