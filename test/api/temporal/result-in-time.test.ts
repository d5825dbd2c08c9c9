import type { Client } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { PromptCalls } from '../../../src/api/temporal/prompt-calls.ts';
import { resultInTime } from '../../../src/api/temporal/result-in-time.ts';
import { queueStats } from '../../../src/temporal/queue-stats.ts';
import { HOUSEKEEPING_QUEUE, TASK_QUEUE } from '../../../src/workflows/messages.ts';
import { newTemporalNamespace } from '../../faults/temporal-namespace.ts';

/** Longer than anybody is told to stay away where nothing waits. */
const OLD_MS = 6000;
const SOON = { timeout: 40_000, interval: 500 };

/** A Temporal in which something has waited for long in one of the queues. */
async function waitingIn(queue: string): Promise<Client> {
  const client = await newTemporalNamespace();
  onTestFinished(() => client.connection.close());
  await client.workflow.start('AnyWorkflow', { workflowId: 'any', taskQueue: queue });
  const age = async () => (await queueStats(client, queue, 'workflows')).oldestMs;
  await expect.poll(age, SOON).toBeGreaterThan(OLD_MS);
  return client;
}

/** In how many seconds whoever waits for a workflow of the house is told to ask again, by a server that waits no longer. */
async function toldToAskAgain(client: Client): Promise<number> {
  const calls = new PromptCalls(client, AbortSignal.abort());
  const run = { result: () => new Promise<never>(() => undefined) };
  const refusal = await resultInTime(client, calls, run, '').catch((error) => error);
  expect(refusal).toMatchObject({ problem: { status: 503 } });
  return Number(refusal.headers['Retry-After']);
}

it('what the house has not done in time is to be asked for again as its own queue goes, whatever waits for people', async () => {
  const [inHouse, amongPeople] = await Promise.all([waitingIn(HOUSEKEEPING_QUEUE), waitingIn(TASK_QUEUE)]);

  expect(await toldToAskAgain(inHouse)).toBeGreaterThanOrEqual(OLD_MS / 1000);
  const soon = await toldToAskAgain(amongPeople);
  expect(soon).toBeGreaterThanOrEqual(1);
  expect(soon).toBeLessThan(OLD_MS / 1000);
});
