import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import protos from '@temporalio/proto';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import { checkOut, yesterday } from './yesterdays-code.ts';

const LATER = { Prefer: 'respond-async' };
const TEST_MS = 300_000;
const OF_EACH = 3;
const { EVENT_TYPE_WORKFLOW_TASK_FAILED: TASK_FAILED } = protos.temporal.api.enums.v1.EventType;

test("a worker of yesterday's code beside one of today's: what was begun under one goes on under the other", {
  timeout: TEST_MS,
  meta: { fault: "worker of yesterday's code beside today's" },
}, async ({ task, skip, annotate }) => {
  const commit = yesterday();
  if (commit === undefined) return skip('The history of this checkout does not go back to other workflows.');
  await annotate(`yesterday is ${commit}`);
  const checkout = mkdtempSync(join(inject('servers').stateDir, 'yesterday-'));
  onTestFinished(() => rmSync(checkout, { recursive: true }));
  checkOut(commit, checkout);
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await Promise.all([stage.startApi(), stage.startWorker('yesterday', {}, checkout)]);
  const begun: Identity[] = [];
  const begin = async (when: string, headers: Record<string, string> = {}): Promise<void> => {
    const some = Array.from({ length: OF_EACH }, (_, index) => stage.environment(`${when}-${index}`));
    await Promise.all(some.map((environment) => stage.start(environment, { headers })));
    begun.push(...some);
  };

  await begin('before');
  await begin('meanwhile', LATER);
  await stage.startWorker('today');
  await begin('beside');
  await begin('at-the-end', LATER);
  await stage.endWorker('yesterday');

  for (const environment of begun) expect(await stage.settled(environment)).toMatchObject({ state: 'ready' });
  for (const verb of ['sleep', 'wake'] as const) {
    const answers = await Promise.all(begun.map((environment) => stage.ask(verb, environment)));
    expect(answers.map(({ status }) => status)).toEqual(begun.map(() => 200));
  }
  await Promise.all(begun.map((environment) => stage.terminate(environment)));
  expect(await failedTasks(stage.temporal)).toEqual([]);
  await stage.endProcesses();
  await closeRow(task, begun.length, stage.scope());
});

/** Why workflow tasks failed, by the histories of all workflows. */
async function failedTasks(client: Client): Promise<string[]> {
  const failures: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const { eventType, workflowTaskFailedEventAttributes: failed } of events ?? [])
      if (eventType === TASK_FAILED) failures.push(`${workflowId}: ${failed?.failure?.message}`);
  }
  return failures;
}
