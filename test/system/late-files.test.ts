import type { V1Pod } from '@kubernetes/client-node';
import { beforeAll, expect, inject, it, onTestFinished } from 'vitest';
import type { CapacityNow } from '../../src/temporal/capacity-now.ts';
import { berth } from '../cli/berth.ts';
import { adminCluster, adminToken, call, someDeveloper, start, terminate, tokenFor } from '../setup/client.ts';
import { codeRepository } from './code-repository.ts';
import { OUTSIDE, outsideOf } from './outside.ts';

const PAGE = 'Welcome to the shop\n';
const TEMPLATE = 'site';
/** A node brings the files of its pods up to date now and then. */
const LOOKED_AT = { timeout: 180_000, interval: 1000 };

beforeAll(() => {
  const { stateDir } = inject('servers');
  return outsideOf(stateDir, codeRepository(stateDir, 'shop', PAGE));
});

it('a repository that is named when a slot is claimed is cloned by the pod that runs in it: it is not started again', async () => {
  const dev_id = someDeveloper();
  const [token, cluster] = [await tokenFor(dev_id), await adminCluster()];
  const podsIn = async (namespace: string) =>
    (await cluster.list<V1Pod>({ apiVersion: 'v1', kind: 'Pod' }, namespace)).map(({ metadata, status }) => ({
      uid: metadata?.uid,
      containers: status?.containerStatuses?.map(({ containerID, restartCount }) => ({ containerID, restartCount })),
    }));
  onTestFinished(async () => {
    await call(await adminToken(), 'PUT', '/api/capacity', { body: {} });
  });
  await keepReady(1);

  const parameters = { repository: `http://${OUTSIDE}/shop.git` };
  const { status, body } = await start(token, { dev_id, project: 'shop', template: TEMPLATE, parameters });
  const before = await podsIn(body.namespace ?? '');
  // Else another is made in its place.
  await keepReady(0);

  expect({ status, body }).toMatchObject({ status: 200, body: { provisioned_from: 'warm_pool', parameters } });
  await expect
    .poll(() => berth(['shell', 'shop', '--', 'cat', 'project/index.html'], { BERTH_TOKEN: token }), LOOKED_AT)
    .toMatchObject({ code: 0, stdout: PAGE });
  expect(await podsIn(body.namespace ?? '')).toEqual(before);
  expect(before).toMatchObject([{ containers: [{ restartCount: 0 }] }]);
  await terminate(token, { dev_id, project: 'shop' });
});

/** Has a pool of so many, and waits until there are as many slots, and all are ready. */
async function keepReady(count: number): Promise<void> {
  const [token, pools] = [await adminToken(), { [TEMPLATE]: { floor: count, ceiling: count } }];
  await call(token, 'PUT', '/api/capacity', { body: { pools } });
  const planned = async () => {
    const { report } = (await call<CapacityNow>(token, 'GET', '/api/capacity')).body;
    return { pools: report?.settings.pools, slots: report?.pools.map(({ slots }) => slots) };
  };
  await expect.poll(planned, LOOKED_AT).toEqual({ pools, slots: [{ ready: count, making: 0, broken: 0, going: 0 }] });
}
