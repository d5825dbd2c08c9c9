import { expect, onTestFinished, test } from 'vitest';
import { askForAccess } from '../setup/access.ts';
import { tokenFor } from '../setup/client.ts';
import { servingStage } from './serving-stage.ts';
import { Stage } from './stage.ts';

test('who asks for access while no worker runs is told so within seconds, and gets it once one does', async () => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await stage.startApi();
  await stage.startWorker('first');
  const identity = stage.environment('locked-out');
  const token = await tokenFor(identity.dev_id);
  const [api = ''] = stage.apis;
  expect(await stage.start({ ...identity, template: 'bare' })).toMatchObject({ status: 200 });
  await stage.killWorker('first');

  const began = Date.now();
  const { status, body, headers } = await askForAccess(token, identity, { api });

  expect({ status, type: body.type }).toEqual({ status: 503, type: 'urn:berth:problem:unavailable' });
  expect(body.detail).toContain('No worker answered within 10 s.');
  expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(Date.now() - began).toBeLessThan(20_000);
  await stage.startWorker('second');
  expect(await askForAccess(token, identity, { api })).toMatchObject({ status: 200 });
  await stage.terminate(identity);
});

test('who asks for access while the cluster cannot be reached is told what is wrong', async () => {
  const stage = await servingStage();
  onTestFinished(() => stage.close());
  const identity = stage.environment('unlucky');
  const token = await tokenFor(identity.dev_id);
  const [api = ''] = stage.apis;
  await stage.start({ ...identity, template: 'bare' });
  await stage.proxy.refuse();

  const { status, body } = await askForAccess(token, identity, { api });

  expect({ status, type: body.type }).toEqual({ status: 502, type: 'urn:berth:problem:cluster-failed' });
  expect(body.detail).toMatch(/^The apiserver cannot be reached: .* try again, and tell the operator if it stays\.$/);
  await stage.proxy.accept();
  expect(await askForAccess(token, identity, { api })).toMatchObject({ status: 200 });
  await stage.terminate(identity);
});
