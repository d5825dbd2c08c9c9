import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { keptIn, running } from '../setup/sleepers.ts';
import { MOMENTS } from './faults.ts';
import { allHeld, holdOn } from './holds.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import { someOf } from './strength.ts';

const LATER = { Prefer: 'respond-async' };
const CONVERGENCE = { timeout: 60_000, interval: 200 };
const TEST_MS = 240_000;

/** Where a worker is caught that puts to sleep or wakes, and what comes of it all the same. */
const TURNS = [
  { verb: 'sleep', before: 'ready', after: 'asleep', pods: 0, resource: 'resourcequotas' },
  { verb: 'sleep', before: 'ready', after: 'asleep', pods: 0, resource: 'deployments' },
  { verb: 'wake', before: 'asleep', after: 'ready', pods: 1, resource: 'resourcequotas' },
  { verb: 'wake', before: 'asleep', after: 'ready', pods: 1, resource: 'deployments' },
] as const;
const CASES = someOf(TURNS.flatMap((turn) => MOMENTS.map((moment) => ({ ...turn, moment }))));
type Case = (typeof CASES)[number];

describe('an environment that falls asleep or wakes while its worker is killed', () => {
  let stage: Stage;
  let cluster: Cluster;
  let worker = 0;
  const prepared = new Map<Case, Prepared>();

  // All of them at the same moment: one worker is killed for all.
  beforeAll(async () => {
    stage = await Stage.setUp();
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(inject('servers').adminKubeconfig);
    cluster = await connectCluster(kubeConfig);
    await Promise.all([stage.startApi(), stage.startWorker('worker-0')]);
    await Promise.all(
      CASES.map(async (one, index) => prepared.set(one, await prepare(stage, cluster, `turn-${index}`, one))),
    );
    const holds = CASES.map((one) => {
      const { verb, resource, moment } = one;
      const { namespace } = found(prepared, one);
      const hold = holdOn(stage.proxy, { method: 'PATCH', resource, namespace }, moment);
      return [`${verb} ${resource} ${moment}`, hold] as const;
    });
    await Promise.all(CASES.map((one) => stage.ask(one.verb, found(prepared, one).environment, LATER)));
    await allHeld(holds);
    await stage.killWorker('worker-0');
    for (const [, hold] of holds) hold.drop();
    worker += 1;
    await stage.startWorker(`worker-${worker}`);
  }, TEST_MS);
  afterAll(() => Promise.all([stage.close(), cluster.close()]));

  test.for(CASES)('$verb, PATCH $resource caught $moment: comes to its end with another', async (one) => {
    const { environment, namespace, kept } = found(prepared, one);

    await vi.waitFor(async () => expect((await stage.status(environment)).state).toBe(one.after), CONVERGENCE);

    expect(await running(cluster, namespace)).toHaveLength(one.pods);
    expect(await keptIn(cluster, namespace)).toEqual(kept);
  });

  test('and what is asked while no worker runs is kept, and done once one does', { timeout: TEST_MS }, async () => {
    const { environment } = await prepare(stage, cluster, 'kept', { before: 'ready' });

    for (const [verb, after] of [
      ['sleep', 'asleep'],
      ['wake', 'ready'],
    ] as const) {
      await stage.killWorker(`worker-${worker}`);
      const asked = await Promise.all(
        [LATER, LATER, { Prefer: 'wait=1' }].map((wait) => stage.ask(verb, environment, wait)),
      );
      worker += 1;
      await stage.startWorker(`worker-${worker}`);
      await vi.waitFor(async () => expect((await stage.status(environment)).state).toBe(after), CONVERGENCE);

      expect(asked.map(({ status }) => status)).toEqual([202, 202, 202]);
    }
  });

  test('and whose time was over meanwhile sleeps as soon as a worker is back', { timeout: TEST_MS }, async () => {
    const environment = stage.environment('overslept');
    await stage.start({ ...environment, template: 'bare', ttl: '3s' });
    await stage.killWorker(`worker-${worker}`);
    await sleep(4000);
    const meanwhile = (await stage.status(environment)).state;
    worker += 1;
    await stage.startWorker(`worker-${worker}`);

    await vi.waitFor(async () => expect((await stage.status(environment)).state).toBe('asleep'), CONVERGENCE);
    expect(meanwhile).toBe('ready');
  });

  test('and in the end nothing is left of any of them', {
    timeout: TEST_MS,
    meta: { fault: 'worker killed while one falls asleep or wakes' },
  }, async ({ task }) => {
    const all = new Map(stage.accepted.map((environment) => [environment.dev_id, environment]));
    await Promise.all([...all.values()].map(({ dev_id, project }) => stage.terminate({ dev_id, project })));
    await stage.endProcesses();
    await closeRow(task, CASES.length, stage.scope());
  });
});

interface Prepared {
  environment: Identity;
  namespace: string;
  /** What of it must be kept. */
  kept: unknown;
}

/** An environment with a volume and a pod, ready or asleep. */
async function prepare(
  stage: Stage,
  cluster: Cluster,
  name: string,
  { before }: Pick<Case, 'before'>,
): Promise<Prepared> {
  const environment = stage.environment(name);
  const { namespace } = (await stage.start(environment)).body;
  if (namespace === null) throw new Error('What is ready has a namespace.');
  if (before === 'asleep') await stage.ask('sleep', environment);
  return { environment, namespace, kept: await keptIn(cluster, namespace) };
}

function found(prepared: Map<Case, Prepared>, one: Case): Prepared {
  const result = prepared.get(one);
  if (result === undefined) throw new Error('The scene did not come to its end.');
  return result;
}
