import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KubeConfig, type V1ConfigMap, Watch } from '@kubernetes/client-node';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import { adminCluster } from '../setup/client.ts';
import { cut, delay, doTwice, Hold, loseAnswer, refuseWith } from './faults.ts';
import { proxyToSharedApiserver } from './shared-apiserver.ts';

const NAMESPACE = 'default';
const CREATE = { method: 'POST', resource: 'configmaps' };

describe('the proxy before the apiserver', () => {
  it('passes on what no rule is for, and notes it', async () => {
    const { proxy, cluster, object, isThere } = await behindProxy();

    await cluster.create(object);

    expect(await isThere()).toBe(true);
    const { name } = object.metadata;
    const noted = { caller: 'somebody', ...CREATE, namespace: NAMESPACE, name, status: 201 };
    expect(proxy.requests.at(-1)).toMatchObject(noted);
  });

  it('cuts a write before it is done', async () => {
    const { proxy, cluster, object, isThere } = await behindProxy();
    proxy.on(CREATE, cut, 1);

    await expect(cluster.create(object)).rejects.toMatchObject({ class: 'transient' });

    expect(await isThere()).toBe(false);
  });

  it('loses the answer of a write that is done', async () => {
    const { proxy, cluster, object, isThere } = await behindProxy();
    proxy.on(CREATE, loseAnswer, 1);

    await expect(cluster.create(object)).rejects.toMatchObject({ class: 'transient' });

    expect(await isThere()).toBe(true);
  });

  it('has a write done twice', async () => {
    const { proxy, cluster, object, isThere } = await behindProxy();
    proxy.on(CREATE, doTwice, 1);

    await expect(cluster.create(object)).rejects.toMatchObject({ class: 'conflict' });

    expect(await isThere()).toBe(true);
  });

  it.each(['before it is done', 'after it is done'] as const)(
    'holds a write %s, until it is released',
    async (moment) => {
      const { proxy, cluster, object, isThere } = await behindProxy();
      const hold = new Hold(moment);
      proxy.on(CREATE, hold.fault, 1);

      const creating = cluster.create(object);
      await hold.caught;
      expect(await isThere()).toBe(moment === 'after it is done');
      hold.release();

      expect(await creating).toMatchObject(object);
      expect(await isThere()).toBe(true);
    },
  );

  it('never does a write that was held before it was done, and dropped', async () => {
    const { proxy, cluster, object, isThere } = await behindProxy();
    const hold = new Hold('before it is done');
    proxy.on(CREATE, hold.fault, 1);

    const creating = cluster.create(object);
    await hold.caught;
    hold.drop();

    await expect(creating).rejects.toMatchObject({ class: 'transient' });
    expect(await isThere()).toBe(false);
  });

  it('answers in the place of the apiserver, with headers, as often as it is told', async () => {
    const { proxy, cluster, object } = await behindProxy();
    proxy.on(CREATE, refuseWith(429, 'Too many requests', { 'retry-after': '7' }), 1);

    const throttled = { class: 'throttled', message: 'Too many requests', retryAfterMs: 7000 };
    await expect(cluster.create(object)).rejects.toMatchObject(throttled);
    expect(await cluster.create(object)).toMatchObject(object);
  });

  it('is slow', async () => {
    const { proxy, cluster, object } = await behindProxy();
    proxy.on(CREATE, delay(500), 1);

    const began = Date.now();
    await cluster.create(object);

    expect(Date.now() - began).toBeGreaterThanOrEqual(499);
  });

  it('refuses every connection, and serves again at the same address', async () => {
    const { proxy, cluster, object } = await behindProxy();
    await cluster.list(object, NAMESPACE);

    await proxy.refuse();
    await expect(cluster.list(object, NAMESPACE)).rejects.toMatchObject({ class: 'transient' });
    await proxy.accept();

    expect(await cluster.list(object, NAMESPACE)).toBeInstanceOf(Array);
  });

  it('passes a watch on as it comes', async () => {
    const { cluster, object, kubeConfig } = await behindProxy();
    const seen: (string | undefined)[] = [];
    const note = (_: string, { metadata }: V1ConfigMap): number => seen.push(metadata?.name);
    const watch = await new Watch(kubeConfig).watch(
      `/api/v1/namespaces/${NAMESPACE}/configmaps`,
      {},
      note,
      () => undefined,
    );
    onTestFinished(() => watch.abort());

    await cluster.create(object);

    await expect.poll(() => seen).toContain(object.metadata.name);
  });
});

/** A client behind a proxy of its own, and an object that nobody knows yet. */
async function behindProxy() {
  const directory = await mkdtemp(join(inject('servers').stateDir, 'proxy-'));
  const proxy = await proxyToSharedApiserver('admin', directory);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(proxy.kubeconfigFor('somebody'));
  const cluster = await connectCluster(kubeConfig);
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `proxied-${randomBytes(5).toString('hex')}`, namespace: NAMESPACE },
  };
  const direct = await adminCluster();
  onTestFinished(async () => {
    await removeFrom(direct, object);
    await Promise.all([cluster.close(), proxy.close()]);
    await rm(directory, { recursive: true });
  });
  return { proxy, cluster, kubeConfig, object, isThere: async () => (await direct.read(object)) !== undefined };
}

async function removeFrom(cluster: Cluster, object: Parameters<Cluster['read']>[0]): Promise<void> {
  const live = await cluster.read(object);
  if (live?.metadata?.uid !== undefined) await cluster.delete(object, live.metadata.uid);
}
