import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Cluster, Reference } from '../../src/cluster/client.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { clusterBy } from '../setup/client.ts';
import { loseWorkflow, namespaceNow, rememberedIn } from '../setup/leftovers.ts';
import type { Matcher } from './apiserver-proxy.ts';
import type { ProxiedRequest } from './exchange.ts';
import { MOMENTS, type Moment } from './faults.ts';
import { holdOn } from './holds.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

// What a worker does for an environment beside the steps of its provisioning and its teardown.

const LATER = { Prefer: 'respond-async' };
const CAUGHT_MS = 30_000;
const CONVERGENCE = { timeout: 60_000, interval: 200 };
const TEST_MS = 240_000;

describe('a worker killed while an environment is', { timeout: TEST_MS }, () => {
  let stage: Stage;
  let admin: Cluster;
  let worker = 0;
  let runs = 0;
  beforeAll(async () => {
    // Only such a sweep finds none but its own.
    stage = await Stage.setUp({ ownKey: true });
    admin = await clusterBy(inject('servers').adminKubeconfig);
    await Promise.all([stage.startApi(), stage.startWorker('worker-0')]);
  }, TEST_MS);
  afterAll(() => Promise.all([stage?.close(), admin?.close()]));

  const nameOf = (what: string, moment: Moment) => `${what}-${moment.split(' ')[0]}`;
  const started = async (name: string): Promise<Environment> => {
    const { status, body } = await stage.start({ ...stage.environment(name), template: 'bare' });
    expect(status).toBe(200);
    return body;
  };
  const remembered = ({ namespace }: Environment) => rememberedIn(admin, namespace);

  /** Kills the worker that makes this request, and has another go on. */
  async function caught(matcher: Matcher, moment: Moment, begin: () => unknown, passed = 0): Promise<void> {
    const hold = holdOn(stage.proxy, matcher, moment, passed);
    await begin();
    await hold.caughtWithin(CAUGHT_MS, moment);
    await stage.killWorker(`worker-${worker}`);
    hold.drop();
    worker += 1;
    runs += 1;
    await stage.startWorker(`worker-${worker}`);
  }

  test.for(MOMENTS)('kept in memory for the first time, %s: it is ready, and remembered', async (moment) => {
    const environment = stage.environment(nameOf('kept', moment));
    const namespace = { method: 'PATCH', resource: 'namespaces', namespace: `dev-${environment.dev_id}` };
    const start = () => stage.start({ ...environment, template: 'bare' }, { headers: LATER });

    // By the first it gets its mark.
    await caught(namespace, moment, start, 1);

    await vi.waitFor(async () => expect((await stage.status(environment)).state).toBe('ready'), CONVERGENCE);
    const shown = await stage.status(environment);
    await expect.poll(() => remembered(shown), CONVERGENCE).toEqual(shown);
  });

  test.for(MOMENTS)('remembered as it is now, %s: it is remembered so', async (moment) => {
    const name = nameOf('renewed', moment);
    const environment = await started(name);
    const namespace = { method: 'PATCH', resource: 'namespaces', name: environment.namespace ?? '' };

    await caught(namespace, moment, () => stage.ask('sleep', stage.environment(name), LATER));

    await vi.waitFor(async () => expect((await stage.status(environment)).state).toBe('asleep'), CONVERGENCE);
    const shown = await stage.status(environment);
    await expect.poll(() => remembered(shown), CONVERGENCE).toEqual(shown);
  });

  test.for(MOMENTS)('mended, %s: what somebody deleted is there again', async (moment) => {
    const environment = await started(nameOf('mended', moment));
    const denyAll = denyAllIn(environment);
    const before = await admin.read<V1NetworkPolicy>(denyAll);
    const policies = { method: 'POST', resource: 'networkpolicies', namespace: environment.namespace ?? '' };

    await caught(policies, moment, () => admin.delete(denyAll, before?.metadata?.uid ?? ''));

    await vi.waitFor(async () => {
      const { spec, metadata } = (await admin.read<V1NetworkPolicy>(denyAll)) ?? {};
      expect(spec).toEqual(before?.spec);
      expect(metadata?.uid).not.toBe(before?.metadata?.uid);
      expect((await stage.status(environment)).state).toBe('ready');
    }, CONVERGENCE);
  });

  test.for(MOMENTS)('surveyed, %s: what was lost is taken up, and nothing else is done', async (moment) => {
    const [lost, beside] = [await started(nameOf('lost', moment)), await started(nameOf('beside', moment))];
    for (const one of [lost, beside]) await expect.poll(() => remembered(one), CONVERGENCE).toEqual(one);
    await loseWorkflow(stage.temporal, lost);
    const before = await namespaceNow(admin, lost.namespace);
    const list = ({ method, resource, name, query }: ProxiedRequest) =>
      method === 'GET' && resource === 'namespaces' && name === undefined && !query.includes('watch=true');
    let sweeping: Promise<unknown> = Promise.resolve();

    await caught(list, moment, () => {
      sweeping = stage.sweep();
    });

    const { dev_id, project, namespace } = lost;
    const adopted = { verdict: 'adopt', namespace, identity: { dev_id, project } };
    expect(await sweeping).toMatchObject({ findings: [adopted], counts: { undo: 0, missing: 0 } });
    for (const one of [lost, beside]) expect(await stage.status(one)).toEqual(one);
    expect((await namespaceNow(admin, lost.namespace))?.metadata?.uid).toBe(before?.metadata?.uid);
  });

  test('and in the end nothing is left of any of them', {
    meta: { fault: 'worker killed while it remembers, mends or sweeps' },
  }, async ({ task }) => {
    const all = stage.accepted.map(({ dev_id, project }) => ({ dev_id, project }));
    await Promise.all(all.map((identity) => stage.terminate(identity)));
    await stage.endProcesses();
    await closeRow(task, runs, stage.scope());
  });
});

function denyAllIn({ namespace }: Environment): Reference {
  const metadata = { name: 'deny-all', namespace: namespace ?? '' };
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata };
}
