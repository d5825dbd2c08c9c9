import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, inject, onTestFinished, test } from 'vitest';
import { connectCluster } from '../../src/cluster/client.ts';
import { bootstrapCluster } from '../../src/local/bootstrap/bootstrap.ts';

test('a kubeconfig that names its certificates by a file gives workers a way in, without the administrator’s token', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'berth-test-access-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const administrator = new KubeConfig();
  administrator.loadFromFile(inject('servers').adminKubeconfig);
  const authority = join(directory, 'ca.crt');
  const { caData = '', ...cluster } = administrator.getCurrentCluster() ?? {
    name: '',
    server: '',
    skipTLSVerify: false,
  };
  writeFileSync(authority, Buffer.from(caData, 'base64'));
  administrator.clusters = [{ ...cluster, caFile: authority, tlsServerName: 'kubernetes.default.svc' }];

  const access = await bootstrapCluster(administrator, [], directory, new AbortController().signal);
  onTestFinished(() => access.stop());

  const worker = new KubeConfig();
  worker.loadFromFile(access.kubeconfig);
  const client = await connectCluster(worker);
  onTestFinished(() => client.close());
  expect(await client.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'berth-system' } })).toBeDefined();
  expect(readFileSync(access.kubeconfig, 'utf8')).not.toContain(administrator.getCurrentUser()?.token ?? 'no token');
});
