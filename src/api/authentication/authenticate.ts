import type { Context, Middleware, Next } from 'koa';
import { problem } from '../../environment/problem.ts';
import { ProblemError } from '../http/problems.ts';
import type { Grant } from './token.ts';
import type { TokenFile } from './token-file.ts';

/** Who is asking: what the routes find in the context's state. */
export interface Caller {
  grant: Grant;
  tokenId: string;
}

/** Lets through who bears a valid token (RFC 6750), and tells everyone else what is missing. */
export function authenticate(tokens: TokenFile): Middleware {
  return async (context: Context, next: Next) => {
    const header = context.get('Authorization');
    if (header === '') throw challenge('Send a token: Authorization: Bearer berth_…');
    const [, token] = /^Bearer +(\S+)$/i.exec(header) ?? [];
    if (token === undefined)
      throw challenge('The Authorization header must be: Bearer, and a token.', 'invalid_request');
    const verdict = await tokens.check(token, new Date());
    if ('refused' in verdict) throw challenge(`${verdict.refused} Ask for a new one.`, 'invalid_token');
    context.state.caller = { grant: verdict.grant, tokenId: verdict.id } satisfies Caller;
    await next();
  };
}

/** Whether a caller may act for a developer, and see what is theirs. */
export function mayActFor({ grant }: Caller, devId: string): boolean {
  return grant.role === 'admin' || grant.dev_id === devId;
}

function challenge(detail: string, error?: string): ProblemError {
  const parameters = ['realm="berth"', ...(error === undefined ? [] : [`error="${error}"`])];
  return new ProblemError(problem('unauthenticated', detail), {
    'WWW-Authenticate': `Bearer ${parameters.join(', ')}`,
  });
}
