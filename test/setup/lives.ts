import { readFile } from 'node:fs/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { onTestFinished } from 'vitest';
import { type Environment, isOver } from '../../src/environment/environment.ts';
import { workflowId } from '../../src/environment/identity.ts';
import { queued } from '../../src/environment/queued.ts';
import type { Specification } from '../../src/environment/request.ts';
import { fillIn, parseTemplate, resolveParameters } from '../../src/environment/template.ts';
import type { EnvironmentWorkflow } from '../../src/workflows/environment.ts';
import { type EnvironmentMemo, TASK_QUEUE } from '../../src/workflows/messages.ts';
import { searchAttributesOf } from '../../src/workflows/search-attributes.ts';
import type { TeardownWorkflow } from '../../src/workflows/teardown.ts';

/** A specification from a built-in template, changed as the test needs it. */
export async function specification(
  devId: string,
  template = 'bare',
  changes: Partial<Omit<Specification, 'recipe'>> & { recipe?: Partial<Specification['recipe']> } = {},
): Promise<Specification> {
  const file = `${template}.yaml`;
  const parsed = parseTemplate(file, await readFile(new URL(`../../templates/${file}`, import.meta.url), 'utf8'));
  const parameters = resolveParameters(parsed, {});
  const base: Specification = {
    dev_id: devId,
    project: 'shop',
    template: { name: template, digest: 'sha256:test' },
    parameters,
    ttl: '1h',
    recipe: fillIn(parsed, parameters),
  };
  return { ...base, ...changes, recipe: { ...base.recipe, ...changes.recipe } };
}

/** Begins a life as the API does, and ends it with the test. */
export async function beginLife(
  client: Client,
  asked: Specification,
): Promise<WorkflowHandle<typeof EnvironmentWorkflow>> {
  const environment = queued(asked, new Date());
  const handle = await client.workflow.start<typeof EnvironmentWorkflow>('EnvironmentWorkflow', {
    workflowId: workflowId(asked),
    taskQueue: TASK_QUEUE,
    args: [{ specification: asked, environment }],
    memo: { environment },
    typedSearchAttributes: searchAttributesOf(environment),
  });
  onTestFinished(async () => {
    const last = client.workflow.getHandle(handle.workflowId);
    if ((await last.describe()).status.name === 'RUNNING') await last.cancel();
  });
  return handle;
}

/** What a workflow's memo shows. */
export async function shownBy(client: Client, id: string): Promise<EnvironmentMemo & { status: string }> {
  const { memo, status } = await client.workflow.getHandle(id).describe();
  return { ...(memo as unknown as EnvironmentMemo), status: status.name };
}

/** Waits until the environment has come to its end, its teardown's included. */
export async function over(client: Client, id: string): Promise<Environment> {
  await client.workflow
    .getHandle(id)
    .result()
    .catch(() => undefined);
  const { environment, teardown } = await shownBy(client, id);
  if (teardown === undefined || isOver(environment.state)) return environment;
  return await client.workflow.getHandle<typeof TeardownWorkflow>(teardown).result();
}
