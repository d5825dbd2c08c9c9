import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { workflowId } from '../../src/environment/identity.ts';
import { Guests } from '../faults/guests.ts';
import { adminCluster, temporalClient, terminate } from '../setup/client.ts';
import {
  administratorsApi,
  FINALIZER,
  hold,
  LATER,
  NAMED_WITHIN,
  setFinalizers,
  someEnvironment,
  teardownMessage,
} from '../setup/held.ts';
import { shownBy } from '../setup/lives.ts';
import { boundVolume } from '../setup/sleepers.ts';
import { grow } from './paths/long-history.ts';

/** Longer than it takes to end where nothing is known to be left. */
const WAITS_MS = 3000;

const guests = new Guests();

it('a teardown whose history grows long goes on in a new run, which waits for the volumes that the earlier one knew', {
  timeout: 180_000,
}, async () => {
  const { token, identity, namespace } = await someEnvironment(guests, 'node');
  const [client, cluster, api] = [await temporalClient(), await adminCluster(), administratorsApi()];
  const volume = await boundVolume(cluster, namespace);
  const letGo = await hold('ConfigMap', 'held', namespace);
  await setFinalizers(api, 'PersistentVolume', volume, undefined, [FINALIZER]);
  onTestFinished(() => setFinalizers(api, 'PersistentVolume', volume, undefined, []).catch(() => undefined));
  await terminate(token, identity, LATER);
  await expect.poll(() => teardownMessage(token, identity), NAMED_WITHIN).toContain('ConfigMap held');
  const { teardown: id = '' } = await shownBy(client, workflowId(identity));
  const teardown = client.workflow.getHandle(id);
  const { runId } = await teardown.describe();
  const { environment: before } = await shownBy(client, id);

  await grow(teardown, () => teardown.describe());
  await letGo();

  await expect.poll(async () => (await teardown.describe()).runId, NAMED_WITHIN).not.toBe(runId);
  await expect.poll(() => teardownMessage(token, identity), NAMED_WITHIN).toContain(`volume ${volume}`);
  await sleep(WAITS_MS);
  expect((await teardown.describe()).status.name).toBe('RUNNING');
  const { environment: since } = await shownBy(client, id);
  expect(since.steps.at(-1)?.started_at).toBe(before.steps.at(-1)?.started_at);
  await setFinalizers(api, 'PersistentVolume', volume, undefined, []);
  expect(await terminate(token, identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  const reference = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volume } };
  expect(await cluster.read(reference)).toBeUndefined();
});
