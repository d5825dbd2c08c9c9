import type { V1Namespace } from '@kubernetes/client-node';
import { expect, onTestFinished, test } from 'vitest';
import { adminCluster } from '../setup/client.ts';
import { refuseWith } from './faults.ts';
import { closeRow } from './row.ts';
import { servingStage } from './serving-stage.ts';

const TEST_MS = 180_000;
const unavailable = refuseWith(503, 'The server is currently unable to handle the request.');

test('an isolation that is begun again under a better name, which has become free, leaves nothing under the other', {
  timeout: TEST_MS,
  meta: { fault: 'a better name becomes free meanwhile' },
}, async ({ task }) => {
  const stage = await servingStage();
  onTestFinished(() => stage.close());
  const environment = stage.environment('renamed');
  const better = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `dev-${environment.dev_id}` } };
  const admin = await adminCluster();
  const foreign = await admin.create<V1Namespace>(better);
  const rule = stage.proxy.on({ method: 'POST', resource: 'resourcequotas' }, unavailable);
  const refused = () =>
    stage.proxy.requests.flatMap(({ method, resource, namespace }) =>
      method === 'POST' && resource === 'resourcequotas' ? [namespace] : [],
    );

  const starting = stage.start(environment);
  await expect.poll(() => refused().length, { timeout: 20_000 }).toBeGreaterThan(0);
  await admin.delete(better, foreign.metadata?.uid ?? '');
  await expect.poll(refused, { timeout: 60_000 }).toContain(better.metadata.name);
  rule.left = 0;
  const { status, body } = await starting;

  expect(refused()[0]).toMatch(/^dev-.+-[0-9a-v]{13}$/);
  expect({ status, namespace: body.namespace }).toEqual({ status: 200, namespace: better.metadata.name });
  expect((await stage.terminate(environment)).status).toBe(200);
  await stage.endProcesses();
  await closeRow(task, 1, stage.scope());
});
