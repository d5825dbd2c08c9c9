import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';
import { expect, onTestFinished, test } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import { Hold } from './faults.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

const LATER = { Prefer: 'respond-async' };
const CAUGHT_MS = 90_000;
const TEST_MS = 300_000;
const { EventType } = protos.temporal.api.enums.v1;
const TIMED_OUT = new Set([EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT]);

/** In the middle of which steps a worker is told to end: those that it comes to the end of, and one that it waits in. */
const CAUGHT = [
  { step: 'create', request: { method: 'POST', resource: 'namespaces' }, comesToItsEnd: true },
  { step: 'guards', request: { method: 'POST', resource: 'resourcequotas' }, comesToItsEnd: true },
  // Either worker may take one of these.
  ...[0, 1, 2, 3].map((index) => ({
    step: `workload-${index}`,
    request: { method: 'PATCH', resource: 'deployments' },
    comesToItsEnd: false,
  })),
];

test('a worker told to end beside another hands on all that it does: nothing of it waits for anything to time out', {
  timeout: TEST_MS,
  meta: { fault: 'worker told to end beside another' },
}, async ({ task }) => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await Promise.all([stage.startApi(), stage.startWorker('one')]);
  const environment = (name: string): Identity => stage.environment(name);
  const begin = (name: string, template: string, headers = {}) =>
    stage.start({ ...environment(name), template }, { headers });

  // It has them in its memory, and Temporal hands what comes of them to it first.
  await Promise.all(['rested', 'removed', 'ended'].map((name) => begin(name, 'bare')));
  const holds = CAUGHT.map(({ step, request, comesToItsEnd }) => {
    const hold = new Hold('after it is done');
    const rule = stage.proxy.on({ ...request, namespace: `dev-${environment(step).dev_id}` }, hold.fault);
    hold.onDecision(() => {
      rule.left = 0;
    });
    return { step, hold, comesToItsEnd };
  });
  const caught = (isOne: boolean): Promise<string[]> =>
    Promise.all(
      holds.map(async ({ step, hold, comesToItsEnd }) => {
        if (comesToItsEnd !== isOne) return '';
        await begin(step, 'default', LATER);
        return (await hold.caughtWithin(CAUGHT_MS, step)).caller;
      }),
    );
  await stage.startWorker('other');
  // A call is given up after ten seconds: what is held is held by then.
  expect([...(await caught(true)), ...(await caught(false))]).toContain('one');
  await begin('begun', 'default', LATER);
  await stage.terminate(environment('removed'), LATER);

  const ending = stage.endWorker('one');
  // While it ends, and when it has.
  await begin('beside', 'default', LATER);
  for (const { hold, comesToItsEnd } of holds) if (comesToItsEnd) hold.release();
  const code = await ending;
  for (const { hold, comesToItsEnd } of holds) if (!comesToItsEnd) hold.drop();
  expect((await stage.ask('sleep', environment('rested'))).status).toBe(200);
  expect((await stage.terminate(environment('ended'))).status).toBe(200);

  for (const name of [...CAUGHT.map(({ step }) => step), 'begun', 'beside'])
    expect(await stage.settled(environment(name)), name).toMatchObject({ state: 'ready' });
  expect(await stage.settled(environment('removed'))).toMatchObject({ state: 'terminated' });
  expect({ code, timeouts: await timeouts(stage.temporal) }).toEqual({ code: 0, timeouts: [] });
  await Promise.all(stage.accepted.map((one) => stage.terminate(one)));
  await stage.endProcesses();
  await closeRow(task, stage.accepted.length, stage.scope());
});

/** What timed out, by the histories of all workflows: a task that a worker had taken, or an attempt of a step. */
async function timeouts(client: Client): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const { eventType, activityTaskStartedEventAttributes: started } of events ?? []) {
      if (eventType != null && TIMED_OUT.has(eventType)) found.push(`${workflowId}: ${EventType[eventType]}`);
      if (started?.lastFailure?.timeoutFailureInfo) found.push(`${workflowId}: ${started.lastFailure.message}`);
    }
  }
  return found;
}
