import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { workflowId } from '../../src/environment/identity.ts';
import { clusterBy } from '../setup/client.ts';
import { eventsOf } from '../workflows/paths/history-file.ts';
import { trailOf } from '../workflows/paths/trail.ts';
import { delay, type Fault, Hold, refuseWith } from './faults.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';

const LONG = { timeout: 40_000, interval: 200 };
const TEST_MS = 120_000;
const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };

let stage: Stage;
let admin: Cluster;
beforeAll(async () => {
  [stage, admin] = await Promise.all([servingStage(), clusterBy(inject('servers').adminKubeconfig)]);
}, TEST_MS);
afterAll(() => Promise.all([stage.close(), admin.close()]), TEST_MS);

describe('an environment that is looked at once more after it was mended', () => {
  it('shows what was restored, also where that look fails in passing', { timeout: TEST_MS }, async () => {
    const environment = stage.environment('hasty');
    const denyAll = await started(environment.dev_id);
    const unavailable = refuseWith(503, 'the server is currently unable to handle the request');
    onLooks(denyAll.metadata.namespace, delay(0), unavailable);

    await remove(denyAll);

    await expect
      .poll(async () => (await stage.status(environment)).drift, LONG)
      .toMatchObject([{ what: 'restored', object: 'NetworkPolicy deny-all' }]);
    await stage.terminate(environment);
  });

  it('has restored too what is deleted during that look', { timeout: TEST_MS }, async () => {
    const environment = stage.environment('slow');
    const denyAll = await started(environment.dev_id);
    const hold = new Hold('after it is done');
    // Nobody tells of an environment twice within 10 s.
    onLooks(denyAll.metadata.namespace, delay(8500), hold.fault);
    await remove(denyAll);
    await hold.caughtWithin(30_000, 'the second look');

    const deleted = await remove(denyAll);
    const life = stage.temporal.workflow.getHandle(workflowId(environment));
    const signals = async (): Promise<number> =>
      trailOf(eventsOf(await life.fetchHistory())).filter((event) => event === 'signaled').length;
    await expect.poll(signals, LONG).toBe(2);
    hold.release();

    const uid = async (): Promise<string | undefined> => (await admin.read(denyAll))?.metadata?.uid;
    await expect.poll(uid, LONG).toEqual(expect.any(String));
    expect(await uid()).not.toBe(deleted);
    await stage.terminate(environment);
  });
});

async function started(dev_id: string) {
  const { status, body } = await stage.start({ dev_id, project: 'shop', template: 'bare' });
  expect({ status, state: body.state }).toEqual({ status: 200, state: 'ready' });
  return { ...POLICY, metadata: { name: 'deny-all', namespace: body.namespace ?? '' } };
}

async function remove(reference: Awaited<ReturnType<typeof started>>): Promise<string> {
  const { uid = '' } = (await admin.read(reference))?.metadata ?? {};
  await admin.delete(reference, uid);
  return uid;
}

/** Does something to what asks for its policies from now on: the first time, and the second. */
function onLooks(namespace: string, ...faults: [Fault, Fault]): void {
  for (const fault of faults) stage.proxy.on({ method: 'GET', resource: 'networkpolicies', namespace }, fault, 1);
}
