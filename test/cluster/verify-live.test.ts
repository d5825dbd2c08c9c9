import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { V1NetworkPolicy, V1ResourceQuota, V1RoleBinding, V1ServiceAccount } from '@kubernetes/client-node';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { buildWorkload } from '../../src/cluster/build.ts';
import type { Cluster } from '../../src/cluster/client.ts';
import { isolate } from '../../src/cluster/isolate.ts';
import { verifyEnvironment } from '../../src/cluster/verify.ts';
import type { Life, Namespace } from '../../src/environment/life.ts';
import type { Specification } from '../../src/environment/request.ts';
import { adminCluster, someDeveloper, workerCluster } from '../setup/client.ts';
import { specification } from '../setup/lives.ts';

let key: Buffer;
beforeAll(async () => {
  key = Buffer.from((await readFile(inject('servers').ownershipKeyFile, 'utf8')).trim(), 'hex');
});

describe('verification', () => {
  it.each(['bare', 'default', 'node', 'python'])(
    'finds what was built from %s to be what was asked for',
    async (template) => {
      const { worker, namespace, asked } = await built(template);

      await expect(verifyEnvironment(worker, key, namespace, asked)).resolves.toBeUndefined();
    },
  );

  it('finds it so still when everything was applied twice', async () => {
    const { worker, namespace, asked, life } = await built('node');

    expect(await isolate(worker, key, asked, life)).toEqual(namespace);
    await buildWorkload(worker, key, namespace, asked);

    await expect(verifyEnvironment(worker, key, namespace, asked)).resolves.toBeUndefined();
  });

  it.each<[string, (admin: Cluster, namespace: string) => Promise<unknown>, string]>([
    [
      'a deny-all that was opened',
      (admin, namespace) =>
        admin.apply<V1NetworkPolicy>({
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'deny-all', namespace },
          spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{}] },
        }),
      'NetworkPolicy deny-all differs in spec.egress',
    ],
    [
      'a policy that was added',
      (admin, namespace) =>
        admin.apply<V1NetworkPolicy>({
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { name: 'open', namespace },
          spec: { podSelector: {}, ingress: [{}] },
        }),
      'NetworkPolicy open was not asked for',
    ],
    [
      'a larger quota',
      (admin, namespace) =>
        admin.apply<V1ResourceQuota>({
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'quota', namespace },
          spec: { hard: { pods: '999' } },
        }),
      'ResourceQuota quota differs in spec.hard',
    ],
    [
      'a service account with a token',
      (admin, namespace) =>
        admin.apply<V1ServiceAccount>({
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'default', namespace },
          automountServiceAccountToken: true,
        }),
      'ServiceAccount default differs in automountServiceAccountToken',
    ],
    [
      'another role bound',
      (admin, namespace) =>
        admin.apply<V1RoleBinding>({
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'RoleBinding',
          metadata: { name: 'more', namespace },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
          subjects: [{ kind: 'ServiceAccount', name: 'developer', namespace }],
        }),
      'RoleBinding more was not asked for',
    ],
    [
      'Pod Security labels that were loosened',
      async (admin, name) => {
        const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
        const { annotations = {}, labels = {} } = (await admin.read(reference))?.metadata ?? {};
        const loosened = { ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' };
        return admin.apply({ ...reference, metadata: { name, annotations, labels: loosened } });
      },
      'differs in label pod-security.kubernetes.io/enforce',
    ],
  ])('finds %s', async (_, tamper, fault) => {
    const { worker, namespace, asked } = await built('bare');
    const admin = await adminCluster();

    await tamper(admin, namespace.name);

    await expect(verifyEnvironment(worker, key, namespace, asked)).rejects.toMatchObject({
      class: 'final',
      message: expect.stringContaining(fault),
    });
  });

  it('finds an object that is missing', async () => {
    const { worker, namespace, asked } = await built('bare');
    const admin = await adminCluster();
    const reference = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'deny-all', namespace: namespace.name },
    };
    await admin.delete(reference, (await admin.read(reference))?.metadata?.uid ?? '');

    await expect(verifyEnvironment(worker, key, namespace, asked)).rejects.toThrow('NetworkPolicy deny-all is missing');
  });
});

/** Builds an environment step by step with the worker's rights, without waiting for its pods. */
async function built(
  template: string,
): Promise<{ worker: Cluster; namespace: Namespace; asked: Specification; life: Life }> {
  const worker = await workerCluster();
  const asked = await specification(someDeveloper(), template);
  const life = { run: randomUUID(), nonce: randomUUID() };
  const namespace = await isolate(worker, key, asked, life);
  onTestFinished(() =>
    worker.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace.name } }, namespace.uid),
  );
  await buildWorkload(worker, key, namespace, asked);
  return { worker, namespace, asked, life };
}
