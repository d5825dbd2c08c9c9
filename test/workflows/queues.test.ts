import type { Client } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import { fairnessKey } from '../../src/environment/fairness.ts';
import { teardownId, workflowId } from '../../src/environment/identity.ts';
import { HOUSEKEEPING_QUEUE, TASK_QUEUE } from '../../src/workflows/messages.ts';
import { PRIORITY } from '../../src/workflows/priority.ts';
import { someDeveloper, start, temporalClient, terminate, tokenFor } from '../setup/client.ts';
import { over, shownBy } from '../setup/lives.ts';
import { sleeper } from '../setup/sleepers.ts';

const SOON = { timeout: 30_000, interval: 50 };

/** In which queue the tasks of a workflow wait, and which of them come first. */
async function waitingOf(client: Client, id: string) {
  const { taskQueue, raw } = await client.workflow.getHandle(id).describe();
  return { taskQueue, priority: raw.workflowExecutionInfo?.priority };
}

it('what somebody waits for is in the queue of people, by the turn of its developer, and so is its removal', async () => {
  const [dev_id, client] = [someDeveloper(), await temporalClient()];
  const [token, environment] = [await tokenFor(dev_id), { dev_id, project: 'shop' }];
  const ofPeople = {
    taskQueue: TASK_QUEUE,
    priority: { priorityKey: PRIORITY.people, fairnessKey: fairnessKey({ dev_id }) },
  };

  // The API starts it and joins it in one call.
  expect((await start(token, { ...environment, template: 'bare' })).status).toBe(200);
  expect(await waitingOf(client, workflowId(environment))).toMatchObject(ofPeople);
  const { runId } = await client.workflow.getHandle(workflowId(environment)).describe();
  await terminate(token, environment, { Prefer: 'respond-async' });

  const teardown = client.workflow.getHandle(teardownId(environment, runId));
  const seen = () => waitingOf(client, teardown.workflowId).catch(() => undefined);
  await expect.poll(seen, SOON).toMatchObject(ofPeople);
});

describe('what nobody waits for any more', () => {
  it('is removed in the queue of the house, after all else there, by the turns of developers', async () => {
    const { client, life } = await sleeper({ ttl: '2s', retain: '1s' }, 'bare');
    const { environment } = await shownBy(client, life.workflowId);
    const { runId } = await life.describe();

    const ended: Environment = await over(client, life.workflowId);

    expect(ended.state).toBe('terminated');
    expect(await waitingOf(client, teardownId(environment, runId))).toMatchObject({
      taskQueue: HOUSEKEEPING_QUEUE,
      priority: { priorityKey: PRIORITY.removal, fairnessKey: fairnessKey(environment) },
    });
  });
});
