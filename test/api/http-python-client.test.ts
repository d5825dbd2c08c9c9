import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  KubernetesObject,
  V1Deployment,
  V1LimitRange,
  V1Namespace,
  V1NetworkPolicy,
  V1PersistentVolumeClaim,
  V1ResourceQuota,
  V1RoleBinding,
  V1ServiceAccount,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { adminCluster, status, terminate, tokenFor } from '../setup/client.ts';
import { findPython, runPython } from './python.ts';

/** What the client asks for, and the namespace that it is known by. */
const IDENTITY = { dev_id: 'user123', project: 'new_feature' };
const NAMESPACE = 'dev-user123';
const SUCCESS = 'Environment provisioned successfully\n';
const FAILURE = 'Failed to provision environment\n';

let token: string;
let python: string | undefined;
let whyNoPython = '';
let printed = '';

/** The client as it was published; its URL and its token are all that is replaced. */
async function runClient(bearer: string): Promise<string> {
  const published = await readFile(join(import.meta.dirname, 'client.py'), 'utf8');
  const program = published
    .replace('https://env-dashboard.example.com/api', `${inject('servers').api}/api`)
    .replace('your_api_token', bearer);
  return await runPython(python ?? 'python3', program);
}

async function list<T extends KubernetesObject>(apiVersion: string, kind: string): Promise<T[]> {
  const cluster = await adminCluster();
  return await cluster.list<T>({ apiVersion, kind }, NAMESPACE);
}

async function read<T extends KubernetesObject>(
  apiVersion: string,
  kind: string,
  name: string,
): Promise<T | undefined> {
  const cluster = await adminCluster();
  return await cluster.read<T>({ apiVersion, kind, metadata: { name, namespace: NAMESPACE } });
}

describe('the Python client', () => {
  beforeAll(async () => {
    token = await tokenFor(IDENTITY.dev_id);
    try {
      python = await findPython();
    } catch (error) {
      whyNoPython = error instanceof Error ? error.message : String(error);
      return;
    }
    printed = await runClient(token);
  });

  beforeEach(({ skip }) => {
    if (python === undefined) skip(`there is no Python with requests: ${whyNoPython}`);
  });

  afterAll(async () => {
    await terminate(token, IDENTITY);
  });

  it('prints that the environment is provisioned', async () => {
    expect(printed).toBe(SUCCESS);
    const { body } = await status(token, IDENTITY);
    expect(body).toMatchObject({ ...IDENTITY, state: 'ready', namespace: NAMESPACE, template: { name: 'default' } });
  });

  it('prints the same when it is run again, and gets the same environment', async () => {
    const before = await status(token, IDENTITY);
    expect(await runClient(token)).toBe(SUCCESS);
    expect((await status(token, IDENTITY)).body).toEqual(before.body);
  });

  it('prints that it failed, with a token that is not valid', async () => {
    expect(await runClient('your_api_token')).toBe(FAILURE);
  });

  describe('has afterwards, on the apiserver,', () => {
    it('a namespace under the restricted Pod Security Standard, of a pinned version', async () => {
      const namespace = await read<V1Namespace>('v1', 'Namespace', NAMESPACE);
      const version = expect.stringMatching(/^v1\.\d+$/);
      expect(namespace?.status?.phase).toBe('Active');
      expect(namespace?.metadata?.labels).toMatchObject({
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/enforce-version': version,
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/audit-version': version,
        'pod-security.kubernetes.io/warn': 'restricted',
        'pod-security.kubernetes.io/warn-version': version,
      });
    });

    it('the network policy deny-all: all pods, both directions, no rule', async () => {
      const policy = await read<V1NetworkPolicy>('networking.k8s.io/v1', 'NetworkPolicy', 'deny-all');
      const { podSelector, policyTypes, ingress = [], egress = [], ...others } = policy?.spec ?? {};
      expect(podSelector).toEqual({});
      expect(policyTypes?.toSorted()).toEqual(['Egress', 'Ingress']);
      expect([ingress, egress, others]).toEqual([[], [], {}]);
    });

    it('a quota that bounds processor, memory, storage and the number of pods, and lets nothing be opened to outside', async () => {
      const quotas = await list<V1ResourceQuota>('v1', 'ResourceQuota');
      expect(quotas).toHaveLength(1);
      expect(quotas[0]?.status?.hard).toMatchObject({
        'requests.cpu': '4',
        'limits.cpu': '4',
        'requests.memory': '8Gi',
        'limits.memory': '8Gi',
        'requests.storage': '50Gi',
        pods: '20',
        'services.nodeports': '0',
        'services.loadbalancers': '0',
      });
    });

    it('limits for a container that names none, and for the largest', async () => {
      const [ranges, ...others] = await list<V1LimitRange>('v1', 'LimitRange');
      expect(others).toEqual([]);
      const ofContainers = ranges?.spec?.limits.find(({ type }) => type === 'Container');
      expect(ofContainers?._default).toMatchObject({ cpu: '250m', memory: '256Mi' });
      expect(ofContainers?.max).toMatchObject({ cpu: '2', memory: '4Gi' });
    });

    it('a default service account whose token is not mounted', async () => {
      const account = await read<V1ServiceAccount>('v1', 'ServiceAccount', 'default');
      expect(account?.automountServiceAccountToken).toBe(false);
    });

    it("a role binding for the developer's account in this namespace, and for nobody else", async () => {
      const bindings = await list<V1RoleBinding>('rbac.authorization.k8s.io/v1', 'RoleBinding');
      expect(bindings.map(({ roleRef, subjects }) => ({ role: roleRef.name, subjects }))).toEqual([
        {
          role: 'berth-developer',
          subjects: [{ kind: 'ServiceAccount', name: 'developer', namespace: NAMESPACE }],
        },
      ]);
    });

    it("the template's workload, ready, with its volume", async () => {
      const deployments = await list<V1Deployment>('apps/v1', 'Deployment');
      expect(deployments.map(({ metadata }) => metadata?.name)).toEqual(['workspace']);
      expect(deployments[0]?.status).toMatchObject({ replicas: 1, readyReplicas: 1, availableReplicas: 1 });
      const [home] = await list<V1PersistentVolumeClaim>('v1', 'PersistentVolumeClaim');
      expect(home).toMatchObject({ metadata: { name: 'home' }, status: { phase: 'Bound' } });
    });
  });
});
