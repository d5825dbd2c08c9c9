import type { V1Namespace } from '@kubernetes/client-node';
import { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { STEPS } from '../../src/environment/environment.ts';
import type { Problem } from '../../src/environment/problem.ts';
import type { Pod } from '../../src/environment/recipe.ts';
import type { Specification } from '../../src/environment/request.ts';
import { startUpdate } from '../../src/workflows/messages.ts';
import { adminCluster, someDeveloper, temporalClient } from '../setup/client.ts';
import { beginLife, over, shownBy, specification } from '../setup/lives.ts';

function namespaceNamed(cluster: Cluster, name: string): Promise<V1Namespace | undefined> {
  return cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

describe('the life of an environment', () => {
  it('goes through its steps in order to ready, and shows each with its times', async () => {
    const client = await temporalClient();
    const developer = someDeveloper();

    const life = await beginLife(client, await specification(developer, 'default'));
    const environment = await life.executeUpdate(startUpdate);

    expect(environment.state).toBe('ready');
    expect(environment.namespace).toBe(`dev-${developer}`);
    expect(environment.steps.map(({ name }) => name)).toEqual(STEPS.filter((name) => name !== 'proof'));
    for (const step of environment.steps) {
      expect(step).toMatchObject({ state: 'done', attempts: expect.any(Number) });
      expect(Date.parse(step.ended_at ?? '')).toBeGreaterThanOrEqual(Date.parse(step.started_at));
    }
    expect(Date.parse(environment.expires_at ?? '') - Date.parse(environment.ready_at ?? '')).toBe(3_600_000);
  });

  it('says that readiness on a simulated node means no container', async () => {
    const client = await temporalClient();

    const life = await beginLife(client, await specification(someDeveloper(), 'python'));
    const { steps } = await life.executeUpdate(startUpdate);

    expect(steps.find(({ name }) => name === 'workload')?.message).toContain('simulated');
    expect(steps.find(({ name }) => name === 'workload')?.message).toContain('no container runs');
  });

  it('is found by developer, project, template, state and namespace, and read without asking a worker', async () => {
    const client = await temporalClient();
    const developer = someDeveloper();
    const life = await beginLife(client, await specification(developer));
    const { namespace } = await life.executeUpdate(startUpdate);

    const query = [
      `BerthDeveloper = '${developer}'`,
      `BerthProject = 'shop'`,
      `BerthTemplate = 'bare'`,
      `BerthState = 'ready'`,
      `BerthNamespace = '${namespace}'`,
    ].join(' AND ');

    await expect.poll(async () => (await client.workflow.count(query)).count, { timeout: 20_000 }).toBe(1);
    expect((await shownBy(client, life.workflowId)).environment).toMatchObject({ state: 'ready', namespace });
  });

  it('tells an operator in the Temporal UI whose it is, its state and what happens now', async () => {
    const client = await temporalClient();
    const developer = someDeveloper();
    const life = await beginLife(client, await specification(developer));
    await life.executeUpdate(startUpdate);

    const metadata = await life.query<{ currentDetails: string }, []>('__temporal_workflow_metadata');

    for (const told of [developer, 'shop', 'bare', `dev-${developer}`, 'ready', 'isolation: done']) {
      expect(metadata.currentDetails).toContain(told);
    }
  });

  it('ends when an operator cancels its workflow, in the middle of provisioning too', async () => {
    const client = await temporalClient();
    const cluster = await adminCluster();
    const developer = someDeveloper();
    const life = await beginLife(client, await unschedulable(developer, '5m'));
    await expect.poll(() => namespaceNamed(cluster, `dev-${developer}`)).toBeDefined();

    await life.cancel();

    expect(await over(client, life.workflowId)).toMatchObject({ state: 'terminated' });
    expect(await namespaceNamed(cluster, `dev-${developer}`)).toBeUndefined();
  });

  it('goes on in a new run when its history is long, as the same environment', async () => {
    const client = await temporalClient();
    const life = await beginLife(client, await specification(someDeveloper()));
    const before = await life.executeUpdate(startUpdate);
    const firstRun = (await life.describe()).runId;

    const current = client.workflow.getHandle(life.workflowId);
    const long = 'x'.repeat(500_000);
    for (let sent = 0; sent < 20; sent++) await current.signal('nothing-listens-to-this', long);

    await expect.poll(async () => (await current.describe()).runId, { timeout: 30_000 }).not.toBe(firstRun);
    expect((await shownBy(client, life.workflowId)).environment).toEqual(before);
    expect(await current.executeUpdate(startUpdate)).toEqual(before);
    await current.cancel();
    expect((await over(client, life.workflowId)).state).toBe('terminated');
  });
});

describe('a provisioning that fails for good', () => {
  it('is undone, tells the quota as its cause, and shows both before its run closes', async () => {
    const client = await temporalClient();
    const cluster = await adminCluster();
    const developer = someDeveloper();
    const asked = await withPod(developer, {});
    const { quota } = asked.recipe.guards;
    const tooSmall = { ...asked.recipe.guards, quota: { ...quota, memory: '512Mi' } };

    const life = await beginLife(client, { ...asked, recipe: { ...asked.recipe, guards: tooSmall } });
    const failure = await life.executeUpdate(startUpdate).catch((error: unknown) => error);

    const problem = problemIn(failure);
    expect(problem).toMatchObject({ type: 'urn:berth:problem:quota-exceeded', status: 422 });
    expect(problem.detail).toContain('limits.memory');
    expect(await namespaceNamed(cluster, `dev-${developer}`)).toBeUndefined();
    await expect(life.result()).rejects.toThrow(WorkflowFailedError);
    const { environment, status } = await shownBy(client, life.workflowId);
    expect(status).toBe('FAILED');
    expect(environment).toMatchObject({ state: 'failed', problem });
    expect(environment.steps.find(({ name }) => name === 'workload')?.state).toBe('failed');
  });

  it('is undone to the end, also when it is cancelled meanwhile', async () => {
    const client = await temporalClient();
    const cluster = await adminCluster();
    const developer = someDeveloper();
    const life = await beginLife(client, await withPod(developer, { image: ' not an image' }));
    const isBeingRemoved = async () =>
      (await namespaceNamed(cluster, `dev-${developer}`))?.metadata?.deletionTimestamp !== undefined;
    await expect.poll(isBeingRemoved, { timeout: 30_000 }).toBe(true);

    await life.cancel();
    await life.result().catch(() => undefined);

    expect((await shownBy(client, life.workflowId)).environment.state).toBe('failed');
    expect(await namespaceNamed(cluster, `dev-${developer}`)).toBeUndefined();
  });

  it('ends by its deadline, and says what it waited for', async () => {
    const client = await temporalClient();
    const cluster = await adminCluster();
    const developer = someDeveloper();

    const life = await beginLife(client, await unschedulable(developer, '3s'));
    const failure = await life.executeUpdate(startUpdate).catch((error: unknown) => error);

    expect(problemIn(failure)).toMatchObject({ type: 'urn:berth:problem:deadline-exceeded', status: 502 });
    expect(problemIn(failure).detail).toMatch(/3s.*Insufficient memory/);
    expect(await namespaceNamed(cluster, `dev-${developer}`)).toBeUndefined();
  });

  it('is rejected by the cluster where an object is not valid, and names the reason', async () => {
    const client = await temporalClient();

    const life = await beginLife(client, await withPod(someDeveloper(), { image: ' not an image' }));
    const failure = await life.executeUpdate(startUpdate).catch((error: unknown) => error);

    expect(problemIn(failure)).toMatchObject({ type: 'urn:berth:problem:rejected-by-cluster', status: 422 });
    expect(problemIn(failure).detail).toContain('image');
  });
});

/** A specification with one pod, and no volume to wait for at its end. */
async function withPod(developer: string, changes: Partial<Pod>): Promise<Specification> {
  const asked = await specification(developer, 'node');
  const { web } = asked.recipe.workload.pods;
  if (web === undefined) throw new Error('the template has no such pod');
  const pods = { web: { ...web, volumes: {}, ...changes } };
  return { ...asked, recipe: { ...asked.recipe, workload: { ...asked.recipe.workload, volumes: {}, pods } } };
}

/** Asks for more memory than the node has. */
async function unschedulable(developer: string, deadline: string): Promise<Specification> {
  const asked = await withPod(developer, { memory: '1Pi' });
  const { quota, container } = asked.recipe.guards;
  const guards = {
    ...asked.recipe.guards,
    quota: { ...quota, memory: '1Ei' },
    container: { ...container, max: { ...container.max, memory: '1Ei' } },
  };
  return { ...asked, recipe: { ...asked.recipe, deadline, guards } };
}

function problemIn(failure: unknown): Problem {
  if (!(failure instanceof WorkflowUpdateFailedError)) throw new Error(`not a failed update: ${failure}`);
  if (!(failure.cause instanceof ApplicationFailure)) throw new Error('the update failed without a problem');
  return failure.cause.details?.[0] as Problem;
}
