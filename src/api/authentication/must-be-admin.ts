import type { Context } from 'koa';
import { refuse } from '../http/problems.ts';
import type { Caller } from './authenticate.ts';

/**
 * Lets administrators through; for others there is no such address.
 * @throws ProblemError
 */
export function mustBeAdmin({ state, path }: Context): void {
  const { grant }: Caller = state.caller;
  if (grant.role !== 'admin') throw refuse('no-such-route', `There is no ${path}.`);
}
