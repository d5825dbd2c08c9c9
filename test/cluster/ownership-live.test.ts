import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { V1Namespace, V1PersistentVolume, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import fc from 'fast-check';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { buildWorkload } from '../../src/cluster/build.ts';
import type { Cluster } from '../../src/cluster/client.ts';
import { createNamespace } from '../../src/cluster/create-namespace.ts';
import { findNamespaces, remove as removeEnvironment, volumesOf } from '../../src/cluster/teardown.ts';
import { adminCluster, someDeveloper, workerCluster } from '../setup/client.ts';
import { specification } from '../setup/lives.ts';

const someLife = () => ({ run: randomUUID(), nonce: randomUUID() });

describe('a namespace that Berth did not make', () => {
  it('is never adopted, changed or deleted, whatever labels and annotations it bears', async () => {
    const admin = await adminCluster();
    const worker = await workerCluster();
    const key = await ownershipKey();
    // What a forger can copy from another environment, and what they can make up.
    const forged = fc.record({
      copied: fc.subarray(['labels', 'developer', 'project', 'birth-mark', 'owner-mark', 'specification']),
      invented: fc.dictionary(fc.stringMatching(/^[a-z]{1,10}$/), fc.string({ maxLength: 40 }), { maxKeys: 3 }),
    });

    await fc.assert(
      fc.asyncProperty(forged, async ({ copied, invented }) => {
        const asked = await specification(someDeveloper());
        const life = someLife();
        const genuine = await createNamespace(worker, key, { ...asked, project: 'elsewhere' }, someLife());
        const real = await namespaceNamed(admin, genuine.name);
        await remove(admin, real);
        const foreign = await admin.create({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: `dev-${asked.dev_id}-x`,
            labels: copied.includes('labels') ? { 'app.kubernetes.io/managed-by': 'berth' } : {},
            annotations: { ...invented, ...pick(real, copied) },
          },
        });
        const taken = { ...asked, dev_id: `${asked.dev_id}-x` };

        const made = await createNamespace(worker, key, taken, life);
        const found = await findNamespaces(worker, key, taken, life);

        expect(made.name).not.toBe(foreign.metadata?.name);
        expect(found).toEqual([made]);
        expect(await namespaceNamed(admin, foreign.metadata?.name ?? '')).toEqual(foreign);
        await remove(admin, foreign);
        await remove(admin, await namespaceNamed(admin, made.name));
      }),
      { numRuns: 15 },
    );
  });

  it('is not found in the place of an environment whose marks it copies', async () => {
    const admin = await adminCluster();
    const worker = await workerCluster();
    const key = await ownershipKey();
    const asked = await specification(someDeveloper());
    const life = someLife();
    const squatter = await foreignNamespace(admin, `dev-${asked.dev_id}`);
    const made = await createNamespace(worker, key, asked, life);
    const real = await namespaceNamed(admin, made.name);
    const copied = { ...squatter, metadata: { ...squatter.metadata, annotations: real?.metadata?.annotations ?? {} } };
    delete copied.metadata.managedFields;
    await admin.apply(copied);
    await remove(admin, real);
    await gone(admin, made.name);

    expect(await findNamespaces(worker, key, asked, life)).toEqual([]);
  });

  it('is not deleted where it has taken the name of one that is gone', async () => {
    const admin = await adminCluster();
    const worker = await workerCluster();
    const foreign = await foreignNamespace(admin, `dev-${someDeveloper()}`);
    const lost = { name: foreign.metadata?.name ?? '', uid: randomUUID() };

    expect(await removeEnvironment(worker, lost, [])).toEqual([]);
    expect(await namespaceNamed(admin, lost.name)).toEqual(foreign);
  });
});

describe('a namespace that has taken the name of an environment’s own', () => {
  it('has volumes of its own, for which nobody else’s end waits', async () => {
    const admin = await adminCluster();
    const worker = await workerCluster();
    const { metadata } = await foreignNamespace(admin, `dev-${someDeveloper()}`);
    const [name = '', uid = ''] = [metadata?.name, metadata?.uid];
    const size = { storage: '1Mi' };
    const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '', persistentVolumeReclaimPolicy: 'Delete' };
    const volume = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } };
    const made = await admin.create<V1PersistentVolume>({
      ...volume,
      spec: { ...spec, capacity: size, hostPath: { path: `/tmp/${name}` } },
    });
    onTestFinished(() => admin.delete(volume, made.metadata?.uid ?? ''));
    await admin.create<V1PersistentVolumeClaim>({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'home', namespace: name },
      spec: {
        accessModes: spec.accessModes,
        storageClassName: '',
        volumeName: name,
        resources: { requests: size },
      },
    });

    expect(await volumesOf(worker, { name, uid })).toEqual([name]);
    expect(await volumesOf(worker, { name, uid: randomUUID() })).toEqual([]);
  });

  it('is written nothing into', async () => {
    const admin = await adminCluster();
    const worker = await workerCluster();
    const key = await ownershipKey();
    const asked = await specification(someDeveloper(), 'node');
    const foreign = await foreignNamespace(admin, `dev-${asked.dev_id}`);
    const lost = { name: `dev-${asked.dev_id}`, uid: randomUUID() };
    const renamed = { name: `dev-${asked.dev_id}`, uid: foreign.metadata?.uid ?? '' };

    for (const namespace of [lost, renamed]) {
      await expect(buildWorkload(worker, key, namespace, asked)).rejects.toMatchObject({ class: 'final' });
    }

    const policies = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
    expect(await admin.list(policies, lost.name)).toEqual([]);
    expect(await admin.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, lost.name)).toEqual([]);
  });
});

describe('creating a namespace', () => {
  it('twice in the same life ends as once: a lost answer leaves no second namespace', async () => {
    const admin = await adminCluster();
    const worker = await workerCluster();
    const key = await ownershipKey();
    const asked = await specification(someDeveloper());
    const life = someLife();

    const [first, again] = [
      await createNamespace(worker, key, asked, life),
      await createNamespace(worker, key, asked, life),
    ];
    onTestFinished(async () => remove(admin, await namespaceNamed(admin, first.name)));

    expect(again).toEqual(first);
  });

  it('in another life never takes over that of the life before', async () => {
    const admin = await adminCluster();
    const worker = await workerCluster();
    const key = await ownershipKey();
    const asked = await specification(someDeveloper());

    const before = await createNamespace(worker, key, asked, someLife());
    const after = await createNamespace(worker, key, asked, someLife());
    onTestFinished(async () => {
      for (const { name } of [before, after]) await remove(admin, await namespaceNamed(admin, name));
    });

    expect(before.name).toBe(`dev-${asked.dev_id}`);
    expect(after.name).not.toBe(before.name);
  });

  it('with another installation’s key does not recognise what this one made', async () => {
    const admin = await adminCluster();
    const worker = await workerCluster();
    const asked = await specification(someDeveloper());
    const life = someLife();

    const ours = await createNamespace(worker, await ownershipKey(), asked, life);
    const theirs = await createNamespace(worker, randomBytes(32), asked, life);
    onTestFinished(async () => {
      for (const { name } of [ours, theirs]) await remove(admin, await namespaceNamed(admin, name));
    });

    expect(theirs.name).not.toBe(ours.name);
  });
});

async function ownershipKey(): Promise<Buffer> {
  return Buffer.from((await readFile(inject('servers').ownershipKeyFile, 'utf8')).trim(), 'hex');
}

async function foreignNamespace(admin: Cluster, name: string): Promise<V1Namespace> {
  const foreign = await admin.create<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  onTestFinished(async () => remove(admin, await namespaceNamed(admin, name)));
  return foreign;
}

function namespaceNamed(cluster: Cluster, name: string): Promise<V1Namespace | undefined> {
  return cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

function pick(from: V1Namespace | undefined, copied: string[]): Record<string, string> {
  const annotations = Object.entries(from?.metadata?.annotations ?? {});
  return Object.fromEntries(annotations.filter(([key]) => copied.some((part) => key === `berth.dev/${part}`)));
}

async function remove(admin: Cluster, namespace: V1Namespace | undefined): Promise<void> {
  const { name, uid } = namespace?.metadata ?? {};
  if (name === undefined || uid === undefined) return;
  await admin.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, uid);
}

async function gone(admin: Cluster, name: string): Promise<void> {
  await expect.poll(() => namespaceNamed(admin, name), { timeout: 30_000 }).toBeUndefined();
}
