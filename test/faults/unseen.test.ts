import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { ANNOTATION } from '../../src/cluster/ownership.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { workflowId } from '../../src/environment/identity.ts';
import { checkSignal } from '../../src/workflows/messages.ts';
import { clusterBy } from '../setup/client.ts';
import { namespaceNow } from '../setup/leftovers.ts';
import { type Fault, refuseWith } from './faults.ts';
import { closeRow } from './row.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';

const SOON = { timeout: 30_000, interval: 200 };
/** Longer than it takes to look, and to end. */
const LOOKED_MS = 3000;

const notFound = refuseWith(404, 'namespaces not found', {}, 'NotFound');
const anotherUid: Fault = async (exchange) => {
  const answer = await exchange.forward();
  const namespace = JSON.parse(answer.body.toString());
  namespace.metadata.uid = '00000000-0000-4000-8000-000000000000';
  exchange.reply({ ...answer, body: Buffer.from(JSON.stringify(namespace)) });
};

describe('a namespace that is not seen', () => {
  let stage: Stage;
  let admin: Cluster;
  beforeAll(async () => {
    stage = await servingStage({ ownKey: true });
    admin = await clusterBy(inject('servers').adminKubeconfig);
  });
  afterEach(() => stage.proxy.clear());
  afterAll(() => Promise.all([stage.close(), admin.close()]));

  const started = async (name: string): Promise<Environment> =>
    (await stage.start({ ...stage.environment(name), template: 'bare' })).body;
  const looked = async (environment: Environment): Promise<void> => {
    const before = stage.proxy.requests.length;
    await stage.temporal.workflow.getHandle(workflowId(environment)).signal(checkSignal);
    const isLook = ({ method, name }: { method: string; name?: string }) =>
      method === 'GET' && name === environment.namespace;
    await expect.poll(() => stage.proxy.requests.slice(before).some(isLook), SOON).toBe(true);
    await sleep(LOOKED_MS);
  };
  const ofNamespace = ({ namespace: name }: Environment) => ({
    method: 'GET',
    resource: 'namespaces',
    name: name ?? '',
  });

  it('costs nobody their environment where the worker reaches another cluster; its end waits for the right one', async () => {
    const [kept, ended] = [await started('kept'), await started('ended')];
    for (const one of [kept, ended]) stage.proxy.on(ofNamespace(one), notFound);
    stage.proxy.on({ method: 'GET', resource: 'namespaces', name: 'kube-system' }, anotherUid);

    await looked(kept);
    await stage.terminate(stage.environment('ended'), { Prefer: 'respond-async' });

    expect(['ready', 'degraded']).toContain((await stage.status(kept)).state);
    const message = async () => (await stage.status(ended)).steps.find(({ name }) => name === 'teardown')?.message;
    await expect.poll(message, SOON).toContain('on another cluster than the worker reaches');
    stage.proxy.clear();
    await expect.poll(async () => (await stage.status(kept)).state, SOON).toBe('ready');
    await expect.poll(async () => (await stage.status(ended)).state, SOON).toBe('terminated');
    expect(await namespaceNow(admin, ended.namespace)).toBeUndefined();
    expect((await namespaceNow(admin, kept.namespace))?.metadata?.deletionTimestamp).toBeUndefined();
  });

  it('costs nobody their environment where it is a proxy that knows nothing of it', async () => {
    const environment = await started('proxied');
    stage.proxy.on(ofNamespace(environment), refuseWith(404, 'no such backend'));

    await looked(environment);

    expect(['ready', 'degraded']).toContain((await stage.status(environment)).state);
    stage.proxy.clear();
    await expect.poll(async () => (await stage.status(environment)).state, SOON).toBe('ready');
  });

  it('and is there all the same, without its mark, is told as that', async () => {
    const environment = await started('unmarked');
    const { name = '', uid = '' } = (await namespaceNow(admin, environment.namespace))?.metadata ?? {};
    const annotations = { [ANNOTATION.ownerMark]: 'spoilt' };
    await admin.merge({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }, uid);

    const { findings } = await stage.sweep();

    const reason = expect.stringContaining('does not bear its mark, or another has taken its name');
    expect(findings).toMatchObject([{ verdict: 'missing', namespace: name, reason }]);
    await expect.poll(async () => (await stage.status(environment)).state, SOON).toBe('degraded');
    await admin.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, uid);
    await expect.poll(async () => (await stage.status(environment)).state, SOON).toBe('terminated');
  });

  it('is not one of many that end by a sweep: that raises an alarm', async () => {
    const many = [await started('first'), await started('second')];
    await stage.killWorker('worker');
    for (const { namespace } of many) {
      const { name = '', uid = '' } = (await namespaceNow(admin, namespace))?.metadata ?? {};
      await admin.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, uid);
    }
    for (const { namespace } of many) await expect.poll(() => namespaceNow(admin, namespace), SOON).toBeUndefined();
    await stage.startWorker('worker');

    const report = await stage.sweep();
    await sleep(LOOKED_MS);

    expect(report).toMatchObject({ counts: { missing: 2 }, alarm: expect.stringContaining('the right cluster') });
    for (const one of many) expect(await stage.status(one)).toEqual(one);
  });

  it('and in the end nothing is left of any of them', {
    meta: { fault: 'namespaces that are not seen' },
  }, async ({ task }) => {
    await Promise.all(stage.accepted.map(({ dev_id, project }) => stage.terminate({ dev_id, project })));
    await stage.endProcesses();
    await closeRow(task, 4, stage.scope());
  });
});
