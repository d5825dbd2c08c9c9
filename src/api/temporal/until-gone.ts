import type { Client } from '@temporalio/client';
import type { Context } from 'koa';
import { asProblem } from '../environments/temporal-errors.ts';

/**
 * Asks Temporal for something, until the caller goes away: that one is not waited for.
 * @throws ProblemError where Temporal, or the workflow behind it, tells one
 */
export async function untilGone<T>(client: Client, { res }: Context, call: () => Promise<T>): Promise<T> {
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  res.once('close', leave);
  try {
    return await client.withAbortSignal(gone.signal, call);
  } catch (error) {
    throw asProblem(error);
  } finally {
    res.off('close', leave);
    // Of what is answered, nothing waits on: it would be met by the end of this server's connection to Temporal.
    leave();
  }
}
