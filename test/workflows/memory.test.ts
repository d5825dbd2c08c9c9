import type { V1Namespace } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { type Remembered, recall } from '../../src/cluster/recall.ts';
import { extendUpdate, sleepUpdate, startUpdate } from '../../src/workflows/messages.ts';
import { ownershipKey } from '../setup/access.ts';
import { someDeveloper } from '../setup/client.ts';
import { shownBy, specification } from '../setup/lives.ts';
import { sleeper } from '../setup/sleepers.ts';

describe('the namespace of an environment remembers', () => {
  it('all that its workflow was started with, and which life of it made the namespace', async () => {
    const developer = someDeveloper();
    const { cluster, life, namespace } = await sleeper({ ttl: '1h' }, 'bare', developer);

    const remembered = await recalled(cluster, namespace);

    expect(remembered.specification).toEqual(await specification(developer, 'bare', { ttl: '1h' }));
    expect(remembered.life.run).toBe((await life.describe()).runId);
  });

  it('the environment as it is shown when it becomes ready, is extended, falls asleep and wakes', async () => {
    const { client, cluster, life, namespace } = await sleeper({ ttl: '1h' }, 'bare');
    const isRemembered = async (): Promise<void> => {
      const { environment: shown } = await shownBy(client, life.workflowId);
      // Asleep is shown first, and remembered then.
      await expect.poll(async () => (await recalled(cluster, namespace)).environment).toEqual(shown);
    };

    await isRemembered();
    await life.executeUpdate(extendUpdate, { args: ['3h'] });
    await isRemembered();
    await life.executeUpdate(sleepUpdate);
    await isRemembered();
    await life.executeUpdate(startUpdate);
    await isRemembered();
  });
});

async function recalled(cluster: Cluster, name: string): Promise<Remembered> {
  const live = await cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const remembered = live && recall(await ownershipKey(), live);
  if (remembered === undefined) throw new Error(`The namespace ${name} remembers nothing.`);
  return remembered;
}
