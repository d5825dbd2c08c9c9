import type { Client } from '@temporalio/client';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import { waitIsOver } from './temporal-errors.ts';

/**
 * Waits for something that Temporal tells, until a deadline in milliseconds since the epoch.
 * @returns `undefined` where that has passed, or the caller went away: the work itself goes on
 */
export async function waitUntil<T>(
  client: Client,
  calls: PromptCalls,
  deadline: number,
  wait: () => Promise<T>,
): Promise<T | undefined> {
  if (deadline <= Date.now()) return undefined;
  try {
    return await calls.counted(() => client.withDeadline(deadline, wait));
  } catch (error) {
    if (waitIsOver(error)) return undefined;
    throw error;
  }
}
