import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { KubernetesObject, V1Deployment } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, onTestFinished } from 'vitest';
import type { ServersReport } from '../../src/capacity/servers/report.ts';
import { NO_POOLS, type Settings } from '../../src/capacity/settings.ts';
import type { Cluster, Reference } from '../../src/cluster/client.ts';
import { readManifest } from '../../src/local/bootstrap/manifests.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { Deployments } from '../../src/worker/scaling/deployments.ts';
import { requestsInFlight } from '../../src/worker/scaling/requests-in-flight.ts';
import type { CapacityWorkflow } from '../../src/workflows/capacity.ts';
import { HOUSEKEEPING_QUEUE as CAPACITY_QUEUE } from '../../src/workflows/messages.ts';
import { refuseWith } from '../faults/faults.ts';
import { Stage } from '../faults/stage.ts';
import { clusterBy } from '../setup/client.ts';

const SOON = { timeout: 40_000, interval: 500 };
const NAMESPACE = 'berth-system';
const never = new AbortController().signal;
const workers = { namespace: NAMESPACE, name: 'berth-worker' };
const api = { namespace: NAMESPACE, name: 'berth-api' };
const other = { namespace: NAMESPACE, name: 'somebody-elses' };
const nothing = { count: 0, servers: 0 };
const occupied = { workers: () => Promise.resolve(nothing), api: () => Promise.resolve(nothing) };

const labels = { app: 'any' };
/** Paused: it makes no pods, and is scaled nevertheless. */
const deployment = ({ namespace, name }: typeof workers, replicas: number): V1Deployment => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name } },
  spec: {
    ...{ replicas, paused: true, selector: { matchLabels: labels } },
    template: { metadata: { labels }, spec: { containers: [{ name: 'any', image: 'any' }] } },
  },
});
const autoscaler = {
  ...{
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { namespace: NAMESPACE, name: 'keda-hpa-api' },
  },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'berth-api' },
    minReplicas: 1,
    maxReplicas: 9,
  },
};

let admin: Cluster;
let mine: Cluster;
let scaler: Deployments;
let role: KubernetesObject[];
beforeAll(async () => {
  const { adminKubeconfig, workerKubeconfig } = inject('servers');
  [admin, mine] = await Promise.all([clusterBy(adminKubeconfig), clusterBy(workerKubeconfig)]);
  role = await readManifest(join(REPOSITORY, 'deploy', 'kubernetes', 'optional', 'scaling.yaml'));
  for (const object of [...role, autoscaler]) await admin.apply(object);
  scaler = new Deployments(mine, { workers, api }, occupied);
});
beforeEach(async () => {
  for (const name of [workers, api, other]) await admin.apply(deployment(name, 2));
});
afterAll(async () => {
  const all = [...role, autoscaler, ...[workers, api, other].map((name) => deployment(name, 0))];
  for (const object of all) await remove(object as Reference);
  await Promise.all([admin.close(), mine.close()]);
});

async function remove(object: Reference): Promise<void> {
  const { metadata } = (await admin.read(object)) ?? {};
  if (metadata?.uid !== undefined) await admin.delete(object, metadata.uid);
}
async function replicas(name: typeof workers): Promise<number | undefined> {
  return (await admin.read<V1Deployment>(deployment(name, 0) as Reference))?.spec?.replicas;
}

async function planBy(stage: Stage, workflowId: string, servers: Settings['servers']): Promise<ServersReport[]> {
  const report = await stage.temporal.workflow.execute<typeof CapacityWorkflow>('CapacityWorkflow', {
    args: [{ settings: { ...NO_POOLS, ...(servers && { servers }) } }],
    taskQueue: CAPACITY_QUEUE,
    workflowId,
  });
  return report.servers ?? [];
}

describe('Deployments, by the account of a worker with the role that it needs', () => {
  it('are scaled as ordered, and once though it is done twice', async () => {
    expect(await scaler.fleet('workers', never)).toEqual({ running: 2 });

    await scaler.scale('workers', 2, 5, never);
    await scaler.scale('workers', 2, 5, never);

    expect(await replicas(workers)).toBe(5);
    expect(await scaler.fleet('workers', never)).toEqual({ running: 5 });
  });

  it('are not scaled where somebody else has done so meanwhile', async () => {
    await admin.apply(deployment(workers, 7));

    await expect(scaler.scale('workers', 2, 3, never)).rejects.toThrow('was scaled to 7 by others meanwhile');
    expect(await replicas(workers)).toBe(7);
  });

  it('are left alone where an autoscaler owns them, which is named', async () => {
    const owner = 'the HorizontalPodAutoscaler berth-system/keda-hpa-api';

    expect(await scaler.fleet('api', never)).toEqual({ running: 2, autoscaler: owner });
    await expect(scaler.scale('api', 2, 3, never)).rejects.toThrow(owner);
    expect(await replicas(api)).toBe(2);
  });

  it('are no others, and no more of them than their number: neither by the role, nor in other namespaces', async () => {
    const foreign = new Deployments(mine, { workers: other }, occupied);

    await expect(foreign.fleet('workers', never)).rejects.toThrow('forbidden');
    const image = { spec: { template: { spec: { containers: [{ name: 'any', image: 'another' }] } } } };
    await expect(mine.apply({ ...deployment(workers, 2), ...image })).rejects.toThrow('berth-worker');
    // As if the role were not all that keeps it from it.
    const everywhere = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' };
    const subjects = [{ kind: 'ServiceAccount', name: 'berth-worker', namespace: NAMESPACE }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' };
    const away = { namespace: 'default', name: 'berth-worker' };
    const binding = { ...everywhere, metadata: { namespace: 'default', name: 'any-scale' }, subjects, roleRef };
    await admin.apply(binding);
    await admin.apply(deployment(away, 2));
    onTestFinished(async () => {
      await remove(binding);
      await remove(deployment(away, 0) as Reference);
    });
    const outside = new Deployments(mine, { workers: away }, occupied);
    await expect.poll(() => outside.scale('workers', 2, 2, never).then(() => 'may read')).toBe('may read');
    const write = async (): Promise<string> => {
      const { resourceVersion } = await mine.readScale(away);
      return await mine.writeScale(away, { replicas: 3, resourceVersion }).then(() => 'written', String);
    };
    // The cluster notes something of it itself meanwhile.
    await expect.poll(write).toContain('writes only into');
  });
});

describe('a plan of capacity', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    await stage.startApi();
    await stage.startMeasuredWorker('worker', {
      BERTH_SCALE: 'deployments',
      BERTH_WORKER_DEPLOYMENT: `${NAMESPACE}/berth-worker`,
      BERTH_API_DEPLOYMENT: `${NAMESPACE}/berth-api`,
      BERTH_API_SERVERS: stage.apis[0] ?? '',
    });
  });
  afterEach(() => stage.proxy.clear());
  afterAll(() => stage?.close());

  let plans = 0;
  const limits = (floor: number) => ({ floor, ceiling: 9, quiet_rounds: 10 });
  const plan = async (floor: number): Promise<ServersReport[]> => {
    return await planBy(stage, `capacity-${plans++}`, { workers: limits(floor), api: limits(floor) });
  };

  it('has as many as it wants of those that nobody else scales, and says of the others who does', async () => {
    // What workers have in hand they tell Temporal every few seconds.
    await expect
      .poll(() => plan(4), SOON)
      .toMatchObject([
        { kind: 'workers', inputs: { slots_in_use: expect.any(Number), backlog: 0 } },
        { kind: 'api', inputs: { requests_in_flight: 0 } },
      ]);

    expect(await replicas(workers)).toBe(4);
    expect(await replicas(api)).toBe(2);
    expect(await plan(4)).toMatchObject([
      { kind: 'workers', desired: 4, running: 4, reasons: ['The floor is 4.'] },
      {
        ...{ kind: 'api', desired: 2, running: 2, autoscaler: 'the HorizontalPodAutoscaler berth-system/keda-hpa-api' },
        reasons: ['They are left alone: the HorizontalPodAutoscaler berth-system/keda-hpa-api scales them.'],
      },
    ]);
  });

  it('says what could not be done, and does all else', async () => {
    stage.proxy.on({ method: 'PATCH' }, refuseWith(403, 'no scaling today'));

    const [planned] = await plan(5);

    expect(planned).toMatchObject({ desired: 5, running: 2, failure: expect.stringContaining('no scaling today') });
    expect(await replicas(workers)).toBe(2);
  });

  it('holds what there was where it cannot be told, and says why it cannot', async () => {
    await expect.poll(async () => (await plan(3))[0], SOON).toMatchObject({ desired: 3, running: 3 });
    stage.proxy.on(({ path }) => path.endsWith('/scale'), refuseWith(403, 'no looking today'));

    await expect
      .poll(async () => (await plan(1))[0], SOON)
      .toMatchObject({
        desired: 3,
        reasons: ['It cannot be told how many run.'],
        failure: expect.stringContaining('no looking today'),
      });
    expect(await replicas(workers)).toBe(3);
    const metrics = async () => {
      const lines = (await stage.metricsOf('worker')).matchAll(/^berth_servers_(\w+)\{.*kind="workers".*\} (\d+)$/gm);
      return Object.fromEntries([...lines].map(([, what, value]) => [what, Number(value)]));
    };
    await expect.poll(metrics, SOON).toMatchObject({ desired: 3, failed: 1, planned_at: expect.any(Number) });
  });
});

describe('where nobody can be asked what API servers have in hand', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    await stage.startWorker('worker', {
      BERTH_SCALE: 'deployments',
      BERTH_API_DEPLOYMENT: `${NAMESPACE}/berth-api`,
    });
  });
  afterEach(() => admin.apply(autoscaler));
  afterAll(() => stage?.close());

  const plan = (name: string) => planBy(stage, name, { api: { floor: 1, ceiling: 9, quiet_rounds: 10 } });
  const complaints = () => readFileSync(stage.processOf('worker').log, 'utf8').match(/nobody can be asked/g) ?? [];

  it('that is amiss where they are scaled, and of no interest where they are left alone', async () => {
    expect(await plan('left-alone')).toMatchObject([{ desired: 2, autoscaler: expect.any(String) }]);
    expect(complaints()).toEqual([]);

    await remove(autoscaler);
    const [scaled] = await plan('scaled');

    expect(scaled).toMatchObject({
      desired: 2,
      reasons: expect.arrayContaining([expect.stringMatching(/^Too old or missing/)]),
    });
    await expect.poll(complaints).toHaveLength(1);
  });
});

describe('what API servers have in hand', () => {
  const serve = async (answer: object | undefined): Promise<number> => {
    const server = createServer((_, response) => {
      if (answer !== undefined) response.end(JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return (server.address() as AddressInfo).port;
  };
  const ask = (port: number) => requestsInFlight(new URL(`http://127.0.0.1:${port}`), never);

  it('is what they say, with those who wait', async () => {
    expect(await ask(await serve({ in_flight: 50, most: 100 }))).toEqual({ count: 50, servers: 0.5 });
    expect(await ask(await serve({ in_flight: 30, most: 100 }))).toEqual({ count: 30, servers: 0.3 });
  });

  it('cannot be told where none answers, or none in time', async () => {
    await expect(ask(1)).rejects.toThrow('no API server answers at 127.0.0.1:1');
    await expect(ask(await serve(undefined))).rejects.toThrow('no API server answers');
    await expect(ask(await serve({ status: 'ok' }))).rejects.toThrow('no API server answers');
  });
});
