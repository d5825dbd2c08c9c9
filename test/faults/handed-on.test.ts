import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';
import { expect, onTestFinished, test } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import { holdOn } from './holds.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

const LATER = { Prefer: 'respond-async' };
const CAUGHT_MS = 90_000;
const TEST_MS = 300_000;
const { EventType } = protos.temporal.api.enums.v1;
const TIMED_OUT = new Set([EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT, EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT]);

/** Steps in the middle of which a worker is told to end, and which it comes to the end of. */
const ENDED = {
  create: { method: 'POST', resource: 'namespaces' },
  guards: { method: 'POST', resource: 'resourcequotas' },
};
/** And one that it waits in. */
const WAITED_IN = { method: 'PATCH', resource: 'deployments' };
/** Either worker may take one of these: so many are begun at once, and again where all went to the other. */
const [WAITING_AT_ONCE, MOST_WAITING] = [4, 24];

test('a worker told to end beside another hands on all that it does: no step of it waits for a time-out', {
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
  const held = async (name: string, request: { method: string; resource: string }) => {
    const matcher = { ...request, namespace: `dev-${environment(name).dev_id}` };
    const hold = holdOn(stage.proxy, matcher, 'after it is done');
    await begin(name, 'default', LATER);
    return { name, hold, by: (await hold.caughtWithin(CAUGHT_MS, name)).caller };
  };
  await stage.startWorker('other');
  const waiting: Awaited<ReturnType<typeof held>>[] = [];
  do {
    expect(waiting.length, 'all that wait went to the other worker').toBeLessThan(MOST_WAITING);
    const names = Array.from({ length: WAITING_AT_ONCE }, (_, index) => `workload-${waiting.length + index}`);
    waiting.push(...(await Promise.all(names.map((name) => held(name, WAITED_IN)))));
  } while (!waiting.some(({ by }) => by === 'one'));
  // A call is given up after ten seconds: what is held is held by then.
  const ends = await Promise.all(Object.entries(ENDED).map(([name, request]) => held(name, request)));
  await begin('begun', 'default', LATER);
  await stage.terminate(environment('removed'), LATER);

  const ending = stage.endWorker('one');
  // While it ends, and when it has.
  await begin('beside', 'default', LATER);
  for (const { hold } of ends) hold.release();
  const code = await ending;
  for (const { hold } of waiting) hold.drop();
  expect((await stage.ask('sleep', environment('rested'))).status).toBe(200);
  expect((await stage.terminate(environment('ended'))).status).toBe(200);

  const caught = [...ends, ...waiting].map(({ name }) => name);
  for (const name of [...caught, 'begun', 'beside'])
    expect(await stage.settled(environment(name)), name).toMatchObject({ state: 'ready' });
  expect(await stage.settled(environment('removed'))).toMatchObject({ state: 'terminated' });
  const timedOut = await timeouts(stage.temporal);
  // A task of another life may be given to a poll in the moment in which that is broken off, and comes again after ten seconds.
  const ofWhatWasCaught = timedOut.filter(
    ({ id, isTask }) => !isTask || caught.some((name) => id.includes(`-${name}/`)),
  );
  task.meta.notes = [
    `${timedOut.length - ofWhatWasCaught.length} tasks were given to a poll that ended, and came again`,
  ];
  expect({ code, timedOut: ofWhatWasCaught }).toEqual({ code: 0, timedOut: [] });
  await Promise.all(stage.accepted.map((one) => stage.terminate(one)));
  await stage.endProcesses();
  await closeRow(task, stage.accepted.length, stage.scope());
});

/** What timed out, by the histories of all workflows: a task that a worker had taken, or an attempt of a step. */
async function timeouts(client: Client): Promise<{ id: string; isTask: boolean }[]> {
  const found: { id: string; isTask: boolean }[] = [];
  for await (const { workflowId: id, runId } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(id, runId).fetchHistory();
    for (const { eventType, activityTaskStartedEventAttributes: started } of events ?? []) {
      if (eventType != null && TIMED_OUT.has(eventType))
        found.push({ id, isTask: eventType === EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT });
      if (started?.lastFailure?.timeoutFailureInfo) found.push({ id, isTask: false });
    }
  }
  return found;
}
