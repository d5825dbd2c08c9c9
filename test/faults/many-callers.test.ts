import { expect, onTestFinished, test } from 'vitest';
import { workflowId } from '../../src/environment/identity.ts';
import { census } from './census.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import { atStrength } from './strength.ts';

const CALLERS = atStrength(200, 1000);
const TEST_MS = 300_000;

test(`${CALLERS} callers at two API servers who start the same environment at once get one environment, and equal answers`, {
  meta: { fault: 'the same start from many callers' },
  timeout: TEST_MS,
}, async ({ annotate, task }) => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await stage.startApi();
  await stage.startApi();
  await stage.startWorker('worker');
  const environment = stage.environment('wanted');

  const began = Date.now();
  const answers = await Promise.all(
    Array.from({ length: CALLERS }, (_, caller) => stage.start(environment, { api: stage.apis[caller % 2] })),
  );
  await annotate(`all answered after ${Date.now() - began} ms`);

  expect(countsOf(answers.map(({ status }) => status))).toEqual({ 200: CALLERS });
  expect(Object.values(countsOf(answers.map(({ body }) => JSON.stringify(body))))).toEqual([CALLERS]);
  expect((await stage.temporal.workflow.count(`WorkflowId = '${workflowId(environment)}'`)).count).toBe(1);
  const { left } = await census(stage.scope());
  expect(left.namespaces).toEqual([`dev-${environment.dev_id}`]);

  expect((await stage.terminate(environment)).status).toBe(200);
  await stage.endProcesses();
  await closeRow(task, CALLERS, stage.scope());
});

function countsOf(values: (string | number)[]): Record<string, number> {
  return Object.fromEntries(
    Object.entries(Object.groupBy(values, String)).map(([value, all]) => [value, all?.length ?? 0]),
  );
}
