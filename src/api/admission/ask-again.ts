import type { Client } from '@temporalio/client';
import { comeBack, retryAfter } from './come-back.ts';
import { expectedWaitMs } from './expected-wait.ts';
import { following, type QueueReading } from './queue.ts';
import { readQueuesOf } from './read-queues.ts';

/**
 * When to ask again for what the workers of a task queue have not done in time, as `Retry-After` has it: once they will have
 * taken what waits there. Where nothing waits for long, or Temporal does not tell, within seconds: whoever asks again waits in turn.
 */
export async function askAgainOf(client: Client, queue: string): Promise<string> {
  const queues = await readQueuesOf(client, queue).catch(() => []);
  return whenTaken(queues, Math.random());
}

/** The same by what was read of the queues that it passes. @param random from 0 to 1 */
export function whenTaken(queues: readonly QueueReading[], random: number): string {
  const waitsMs = queues.map((reading) => expectedWaitMs(following(undefined, reading), { added: 0, share: 1 }));
  const excessMs = waitsMs.reduce((sum, waitMs) => sum + waitMs, 0);
  return retryAfter(comeBack({ excessMs, perSecond: undefined }, { now: 0, nextAt: 0 }, random).inMs);
}
