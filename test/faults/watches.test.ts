import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import { KindWatch } from '../../src/cluster/drift/kind-watch.ts';
import { DriftWatcher } from '../../src/cluster/drift/watcher.ts';
import { ownershipKey } from '../setup/access.ts';
import { adminCluster } from '../setup/client.ts';
import type { Matcher } from './apiserver-proxy.ts';
import { cutAfter, type Fault, Hold, refuseWith, silentAfter } from './faults.ts';
import { closeRow } from './row.ts';
import { servingStage } from './serving-stage.ts';
import { proxyToSharedApiserver } from './shared-apiserver.ts';
import { Stage } from './stage.ts';

const LAG_MS = 5000;
const HALF_OPEN_MS = 60_000;
const NAMESPACE = 'default';
/** Long enough for each fault to come more than once. */
const DISTURBED_MS = 12_000;

const watches: Matcher = ({ query }) => query.includes('watch=true');
const gone = refuseWith(410, 'too old resource version');

const FAULTS: { what: string; fault: Fault }[] = [
  { what: 'cut every 5 s', fault: cutAfter(5000) },
  { what: 'cut every 200 ms', fault: cutAfter(200) },
  { what: 'all answered with 410 Gone', fault: gone },
];

describe('a watch whose connections are', () => {
  it.each(FAULTS)(
    '$what shows what is there within 5 s, and what is not any more',
    { timeout: 60_000 },
    async ({ fault }) => {
      const { proxy, watch, make, remove, restarts } = await watching();
      proxy.on(watches, fault);
      watch.start();
      const lags: number[] = [];
      const until = Date.now() + DISTURBED_MS;

      while (Date.now() < until) {
        const name = await make();
        lags.push(await shownWithin(LAG_MS, () => sees(watch, name)));
        await remove(name);
        lags.push(await shownWithin(LAG_MS, () => !sees(watch, name)));
      }

      expect(Math.max(...lags)).toBeLessThanOrEqual(LAG_MS);
      expect(restarts()).toBeGreaterThan(1);
    },
  );

  it('half-open is noticed within 60 s, and shows then what came and went meanwhile', { timeout: 90_000 }, async () => {
    const { proxy, watch, make, remove } = await watching();
    const before = await make();
    proxy.on(watches, silentAfter(500), 1);
    watch.start();
    await shownWithin(LAG_MS, () => sees(watch, before));
    await sleep(1000);

    await remove(before);
    const after = await make();

    await shownWithin(HALF_OPEN_MS, () => !sees(watch, before) && sees(watch, after));
  });

  it('refused by an apiserver that is gone for a while is taken up again', { timeout: 60_000 }, async () => {
    const { proxy, watch, make, failures } = await watching();
    watch.start();
    await shownWithin(LAG_MS, () => watch.isListed);
    await proxy.refuse();
    await sleep(3000);
    await proxy.accept();

    const name = await make();

    await shownWithin(LAG_MS, () => sees(watch, name));
    expect(failures).toEqual([expect.stringContaining('cannot be reached')]);
  });

  it('begun again holds once the apiserver has taken it, and not while it is only asked', {
    timeout: 60_000,
  }, async () => {
    const { proxy, watch } = await watching();
    watch.start();
    await shownWithin(LAG_MS, () => watch.isCurrent);
    await proxy.refuse();
    await shownWithin(LAG_MS, () => !watch.isCurrent);
    const taken = new Hold('before it is done');
    proxy.on(watches, taken.fault);
    await proxy.accept();

    await taken.caughtWithin(LAG_MS, 'a watch that is begun again');
    expect(watch.isCurrent).toBe(false);
    taken.release();

    await shownWithin(LAG_MS, () => watch.isCurrent);
  });
});

describe('environments of a worker whose watches are', () => {
  it.for(FAULTS)(
    '$what are mended within 30 s all the same',
    { timeout: 120_000 },
    async ({ what, fault }, { task }) => {
      task.meta.fault = `watches ${what}`;
      const stage = await Stage.setUp();
      onTestFinished(() => stage.close());
      stage.proxy.on(watches, fault);
      await Promise.all([stage.startApi(), stage.startWorker('worker')]);
      const admin = await adminCluster();
      const environments = ['one', 'two', 'three'].map((developer) => stage.environment(developer));
      const started = await Promise.all(environments.map((one) => stage.start({ ...one, template: 'bare' })));

      await Promise.all(started.map(({ body }) => deleteDenyAll(admin, body.namespace ?? '')));

      await vi.waitFor(
        async () => {
          const shown = await Promise.all(environments.map((one) => stage.status(one)));
          expect(shown.map(({ state, drift }) => [state, drift?.at(-1)?.object, drift?.at(-1)?.what])).toEqual(
            environments.map(() => ['ready', 'NetworkPolicy deny-all', 'restored']),
          );
        },
        { timeout: 30_000, interval: 250 },
      );
      await Promise.all(environments.map((one) => stage.terminate(one)));
      await stage.endProcesses();
      await closeRow(task, environments.length, stage.scope());
    },
  );
});

it('what somebody changed, and nobody mends, is told again and again in the same words', {
  timeout: 120_000,
}, async () => {
  const stage = await servingStage();
  onTestFinished(() => stage.close());
  const [admin, identity] = [await adminCluster(), stage.environment('unmended')];
  const { body } = await stage.start({ ...identity, template: 'bare' });
  await stage.endWorker('worker');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(inject('servers').workerKubeconfig);
  const cluster = await connectCluster(kubeConfig);
  const told: string[] = [];
  const watcher = new DriftWatcher(kubeConfig, cluster, await ownershipKey(), {
    reminderMs: 500,
    onRestart: () => undefined,
    onFailure: () => undefined,
    tell: ({ dev_id }, token) => {
      if (dev_id === identity.dev_id) told.push(token);
      return Promise.resolve();
    },
  });
  onTestFinished(async () => {
    watcher.stop();
    await cluster.close();
  });
  watcher.start();

  await deleteDenyAll(admin, body.namespace ?? '');

  await vi.waitFor(() => expect(told.length).toBeGreaterThan(2), { timeout: 30_000 });
  expect(new Set(told).size).toBe(1);
  await stage.startWorker('worker');
  await stage.terminate(identity);
});

/** A watch through a proxy of its own, over config maps that nobody else sees. */
async function watching() {
  const directory = await mkdtemp(join(inject('servers').stateDir, 'watch-'));
  const [proxy, admin] = [await proxyToSharedApiserver('admin', directory), await adminCluster()];
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(proxy.kubeconfigFor('watcher'));
  const cluster = await connectCluster(kubeConfig);
  const mark = randomBytes(5).toString('hex');
  const kind = { apiVersion: 'v1', kind: 'ConfigMap', path: '/api/v1/configmaps', labels: `watched=${mark}` };
  let restarts = 0;
  const failures: string[] = [];
  const watch = new KindWatch(kubeConfig, cluster, kind, {
    onChange: () => undefined,
    onRestart: () => restarts++,
    onFailure: ({ message }) => failures.push(message),
  });
  const left = new Set<string>();
  const remove = async (name: string) => {
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE } };
    await admin.delete(reference, (await admin.read(reference))?.metadata?.uid ?? '');
    left.delete(name);
  };
  const make = async () => {
    const name = `watched-${randomBytes(5).toString('hex')}`;
    const metadata = { name, namespace: NAMESPACE, labels: { watched: mark } };
    left.add(name);
    await admin.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    return name;
  };
  onTestFinished(async () => {
    watch.stop();
    for (const name of left) await remove(name);
    await Promise.all([cluster.close(), proxy.close()]);
    await rm(directory, { recursive: true });
  });
  return { proxy, watch, make, remove, restarts: () => restarts, failures };
}

function sees(watch: KindWatch, name: string): boolean {
  return watch.of(NAMESPACE).some(({ metadata }) => metadata?.name === name);
}

/** @returns after how many milliseconds it was so */
async function shownWithin(ms: number, isSo: () => boolean): Promise<number> {
  const began = performance.now();
  await vi.waitFor(
    () => {
      if (!isSo()) throw new Error('The watch does not show it.');
    },
    { timeout: ms, interval: 20 },
  );
  return performance.now() - began;
}

async function deleteDenyAll(admin: Cluster, namespace: string): Promise<void> {
  const metadata = { name: 'deny-all', namespace };
  const reference = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata };
  await admin.delete(reference, (await admin.read(reference))?.metadata?.uid ?? '');
}
