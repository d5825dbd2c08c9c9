import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANARY } from '../../src/environment/canary.ts';
import { keepCanary, keepSweep } from '../../src/worker/schedules.ts';
import { HOUSEKEEPING_QUEUE, TASK_QUEUE } from '../../src/workflows/messages.ts';
import { newTemporalNamespace } from '../faults/temporal-namespace.ts';

const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
/** So rarely that its time does not come while tests run. */
const RARELY = '365d';
const LAST = 'It is kept as it is.';

describe('the schedule of the canary', () => {
  let client: Client;
  beforeAll(async () => {
    client = await newTemporalNamespace();
  });
  afterAll(() => client?.connection.close());

  const schedule = () => client.schedule.getHandle('isolation-canary');

  it('runs it as often as is configured, one at a time, and does not make up for what was missed', async () => {
    await keepCanary(client, '15m');

    const { spec, policies, action } = await schedule().describe();
    expect(spec.intervals).toMatchObject([{ every: 15 * MINUTE_MS }]);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: MINUTE_MS });
    expect(action).toMatchObject({
      workflowType: 'IsolationCanaryWorkflow',
      taskQueue: HOUSEKEEPING_QUEUE,
      args: [CANARY],
    });
    // A schedule whose runs are tried again by Temporal loses track of them.
    expect(action).not.toHaveProperty('retry.maximumAttempts');
  });

  it('is the same however many workers see to it at once, and follows a change', async () => {
    await Promise.all(['5m', '5m', '5m'].map((every) => keepCanary(client, every)));

    expect((await schedule().describe()).spec.intervals).toMatchObject([{ every: 5 * MINUTE_MS }]);
  });

  it('stays paused where an operator has paused it', async () => {
    await schedule().pause('The network is being changed.');

    await keepCanary(client, '5m');

    expect((await schedule().describe()).state).toMatchObject({ paused: true, note: 'The network is being changed.' });
  });

  it('is gone where there is to be no canary, and its absence is no fault', async () => {
    await keepCanary(client, undefined);
    await keepCanary(client, undefined);

    await expect(schedule().describe()).rejects.toThrow();
  });
});

describe('the schedule of the sweep', () => {
  let client: Client;
  beforeAll(async () => {
    client = await newTemporalNamespace();
  });
  afterAll(() => client?.connection.close());

  const schedule = () => client.schedule.getHandle('sweep');
  const taken = async () => (await schedule().describe()).info.numActionsTaken;

  it('begins with a sweep where there was none: Temporal may have lost everything', async () => {
    await keepSweep(client, RARELY);

    await expect.poll(taken, { timeout: 20_000 }).toBe(1);
    const { spec, policies, action } = await schedule().describe();
    expect(spec.intervals).toMatchObject([{ every: 365 * DAY_MS }]);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: MINUTE_MS });
    expect(action).toMatchObject({
      workflowType: 'SweepWorkflow',
      taskQueue: HOUSEKEEPING_QUEUE,
      args: [{ dryRun: false }],
    });
    expect(action).not.toHaveProperty('retry.maximumAttempts');
  });

  it('is in the queue of this release, where it was made by another', async () => {
    await schedule().update((before) => ({ ...before, action: { ...before.action, taskQueue: TASK_QUEUE } }));

    await keepSweep(client, RARELY);

    expect((await schedule().describe()).action).toMatchObject({ taskQueue: HOUSEKEEPING_QUEUE });
  });

  it('stays as it is where it is kept again, and is gone where it is to be never', async () => {
    // Beside one that runs, another would be skipped, and not be seen.
    const running = client.workflow.list({ query: "WorkflowType = 'SweepWorkflow' AND ExecutionStatus = 'Running'" });
    for await (const { workflowId } of running) await client.workflow.getHandle(workflowId).terminate();

    await keepSweep(client, RARELY);
    // What is said now is seen after all that was asked for before.
    await schedule().pause(LAST);
    await expect.poll(async () => (await schedule().describe()).state.note, { timeout: 20_000 }).toBe(LAST);
    expect(await taken()).toBe(1);

    await keepSweep(client, undefined);

    await expect(schedule().describe()).rejects.toThrow();
  });
});
