import { expect, it, vi } from 'vitest';
import type { EnvironmentWorkflow } from '../../src/workflows/environment.ts';
import { checkSignal, startUpdate } from '../../src/workflows/messages.ts';
import { sleeper } from '../setup/sleepers.ts';
import { eventsOf } from './paths/history-file.ts';
import { grow } from './paths/long-history.ts';
import { trailOf } from './paths/trail.ts';

const PATIENCE = { timeout: 30_000, interval: 100 };

it('what an environment is told to look at, and has not yet, it looks at in its next run', {
  timeout: 90_000,
}, async () => {
  const { client, cluster, life, namespace } = await sleeper({ ttl: '1h' }, 'bare');
  const metadata = { name: 'deny-all', namespace };
  const denyAll = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata };
  const restored = async (than: string): Promise<string> => {
    const { uid } = (await cluster.read(denyAll))?.metadata ?? {};
    expect(uid).toEqual(expect.any(String));
    expect(uid).not.toBe(than);
    return uid ?? '';
  };
  let uid = await restored('');
  // Each time it waits for longer before it looks again.
  for (let times = 0; times < 4; times++) {
    await cluster.delete(denyAll, uid);
    uid = await vi.waitFor(() => restored(uid), PATIENCE);
  }
  const latest = client.workflow.getHandle<typeof EnvironmentWorkflow>(life.workflowId);
  const { runId } = await latest.describe();

  await latest.signal(checkSignal);
  await grow(latest, () => latest.executeUpdate(startUpdate));

  await vi.waitFor(async () => expect((await latest.describe()).runId).not.toBe(runId), PATIENCE);
  await expect.poll(async () => trailOf(eventsOf(await latest.fetchHistory())), PATIENCE).toContain('mend completed');
});
