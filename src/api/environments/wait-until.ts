import { type Client, isGrpcDeadlineError } from '@temporalio/client';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import { waitIsOver } from './temporal-errors.ts';

/** A moment by a clock of this process's own, in milliseconds: the machine's may be put forward or back meanwhile. */
export type Deadline = number;

/** The deadline of what may take so many milliseconds from now on. */
export function deadlineIn(ms: number): Deadline {
  return performance.now() + ms;
}

/**
 * Waits for something that Temporal tells, until a deadline, or until this server goes.
 * @param wait may be begun again: what waits for the same must not be done twice
 * @returns `undefined` where that has passed, or the caller went away: the work itself goes on
 */
export async function waitUntil<T>(
  client: Client,
  calls: PromptCalls,
  deadline: Deadline,
  wait: () => Promise<T>,
): Promise<T | undefined> {
  for (;;) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || calls.waitsEnd.aborted) return undefined;
    try {
      // Temporal's client goes by the machine's clock: put back, that would draw the wait out.
      const waiting = calls.counted(() => client.withDeadline(Date.now() + leftMs, wait));
      return await orNothing(waiting, leftMs, calls.waitsEnd);
    } catch (error) {
      if (!waitIsOver(error)) throw error;
      // Put forward, it ends the wait too soon.
      const isTime = isGrpcDeadlineError(error) || (error instanceof Error && isGrpcDeadlineError(error.cause));
      if (!isTime) return undefined;
    }
  }
}

async function orNothing<T>(waiting: Promise<T>, ms: number, end: AbortSignal): Promise<T | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const giveUp = (): void => resolve(undefined);
  const timer = setTimeout(giveUp, ms);
  end.addEventListener('abort', giveUp);
  try {
    return await Promise.race([waiting, over]);
  } finally {
    clearTimeout(timer);
    end.removeEventListener('abort', giveUp);
    // Nobody listens any more to what is told later.
    waiting.catch(() => undefined);
  }
}
