import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { workflowId } from '../../src/environment/identity.ts';
import { adminCluster, start, status, temporalClient, terminate, tokenFor } from '../setup/client.ts';
import { beginLife, specification } from '../setup/lives.ts';
import { Guests } from './guests.ts';

const ADMISSION = 'admissionregistration.k8s.io/v1';
const REASON = 'an audit holds this namespace';
/** Is always there, and nobody means to delete it. */
const PROBE = 'berth-system';

const guests = new Guests();

describe('a teardown that the cluster refuses', () => {
  it('says so, goes on asking, and ends by itself when it is allowed', async () => {
    const { dev_id } = guests.identity();
    const token = await tokenFor(dev_id);
    const cluster = await adminCluster();
    guests.accept((await start(token, { dev_id, project: 'shop', template: 'bare' })).body);
    const allow = await forbidDeletion(cluster, `dev-${dev_id}`);

    const waiting = await terminate(token, { dev_id, project: 'shop' }, { Prefer: 'wait=1' });

    expect(waiting).toMatchObject({ status: 202, body: { state: 'terminating' } });
    await expect.poll(() => teardownMessage(token, dev_id), { timeout: 60_000 }).toContain(REASON);
    await allow();
    expect(await terminate(token, { dev_id, project: 'shop' })).toMatchObject({
      status: 200,
      body: { state: 'terminated' },
    });
  });

  it('of a failed provisioning shows what holds it, and tells the failure only once all is undone', async () => {
    const client = await temporalClient();
    const cluster = await adminCluster();
    const { dev_id } = guests.identity();
    const token = await tokenFor(dev_id);
    const asked = await specification(dev_id, 'node');
    const { web } = asked.recipe.workload.pods;
    if (web === undefined) throw new Error('the template has no such pod');
    const workload = {
      ...asked.recipe.workload,
      volumes: {},
      pods: { web: { ...web, volumes: {}, image: ' no image' } },
    };
    const allow = await forbidDeletion(cluster, `dev-${dev_id}`);

    const life = await beginLife(client, { ...asked, recipe: { ...asked.recipe, workload } });
    await expect.poll(() => teardownMessage(token, dev_id), { timeout: 60_000 }).toContain(REASON);
    const meanwhile = (await status(token, { dev_id, project: 'shop' })).body;
    await allow();
    await client.workflow
      .getHandle(workflowId(asked))
      .result()
      .catch(() => undefined);

    expect(meanwhile.problem).toBeUndefined();
    expect(meanwhile.steps.find(({ name }) => name === 'workload')?.message).not.toContain('undone');
    const { body } = await status(token, { dev_id, project: 'shop' });
    guests.accept(body);
    expect(body).toMatchObject({ state: 'failed', problem: { type: 'urn:berth:problem:rejected-by-cluster' } });
    expect((await life.describe()).status.name).toBe('FAILED');
  });
});

it('in the end nothing is left of any of them', { meta: { fault: 'cluster refuses a teardown' } }, async ({ task }) => {
  await guests.closeRow(task, 2);
});

async function teardownMessage(token: string, dev_id: string): Promise<string> {
  const { body } = await status(token, { dev_id, project: 'shop' });
  return body.steps?.find(({ name }) => name === 'teardown')?.message ?? '';
}

/** A rule of the cluster's own against deleting a namespace; @returns what lifts it. */
async function forbidDeletion(cluster: Cluster, namespace: string): Promise<() => Promise<void>> {
  const name = `keep-${namespace}`;
  const policy = { apiVersion: ADMISSION, kind: 'ValidatingAdmissionPolicy', metadata: { name } };
  const binding = { apiVersion: ADMISSION, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name } };
  const resourceRules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['namespaces'] }];
  const spec = {
    failurePolicy: 'Fail',
    matchConstraints: { resourceRules },
    validations: [{ expression: `!(request.name in ['${namespace}', '${PROBE}'])`, message: REASON }],
  };
  await cluster.apply({ ...policy, spec } as typeof policy);
  await cluster.apply({ ...binding, spec: { policyName: name, validationActions: ['Deny'] } } as typeof binding);
  const lift = async (): Promise<void> => {
    for (const reference of [binding, policy]) {
      const live = await cluster.read(reference);
      if (live?.metadata?.uid !== undefined) await cluster.delete(reference, live.metadata.uid);
    }
  };
  onTestFinished(lift);
  // A new rule takes a moment to be in force: it is when a deletion that changes nothing is refused.
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(inject('servers').adminKubeconfig);
  const api = KubernetesObjectApi.makeApiClient(kubeConfig);
  const probe = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: PROBE } };
  const deletion = () => api.delete(probe, undefined, 'All').then(String, (error: Error) => error.message);
  await expect.poll(deletion, { timeout: 30_000 }).toContain(REASON);
  return lift;
}
