import { readFileSync } from 'node:fs';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, inject, test } from 'vitest';
import { connectCluster } from '../../src/cluster/client.ts';

const servers = inject('servers');

test('the simulated node is ready and says that it is simulated', async () => {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(servers.adminKubeconfig);
  const cluster = await connectCluster(kubeConfig);
  await expect
    .poll(() => cluster.read({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'simulated' } }), { timeout: 30_000 })
    .toMatchObject({
      metadata: { labels: { type: 'kwok', 'berth.dev/simulated': 'true' } },
      status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]) },
    });
  await cluster.close();
});

test('the ownership key is 32 random bytes in hexadecimal', () => {
  expect(readFileSync(servers.ownershipKeyFile, 'utf8')).toMatch(/^[0-9a-f]{64}$/);
});
