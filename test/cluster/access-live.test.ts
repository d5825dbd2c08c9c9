import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, inject, it } from 'vitest';
import { mintAccess } from '../../src/cluster/access.ts';
import { isolate } from '../../src/cluster/isolate.ts';
import { tokenIn } from '../setup/access.ts';
import { adminCluster, someDeveloper, workerCluster } from '../setup/client.ts';
import { specification } from '../setup/lives.ts';

const entrance = { server: 'https://cluster.example' };

it('access is minted for the very namespace of an environment, and for no other that bears its name', async () => {
  const [worker, admin] = [await workerCluster(), await adminCluster()];
  const key = Buffer.from((await readFile(inject('servers').ownershipKeyFile, 'utf8')).trim(), 'hex');
  const asked = await specification(someDeveloper());
  const namespace = await isolate(worker, key, asked, { run: randomUUID(), nonce: randomUUID() });
  const mint = (changes: { uid?: string; dev_id?: string; key?: Buffer }) => {
    const place = { ...namespace, ...(changes.uid && { uid: changes.uid }) };
    const identity = { ...asked, ...(changes.dev_id && { dev_id: changes.dev_id }) };
    return mintAccess(worker, changes.key ?? key, entrance, place, identity, 600);
  };
  const refusal = `The namespace ${namespace.name} is not that of this environment any more.`;

  const access = await mint({});

  expect(access.kubeconfig).toContain('server: https://cluster.example');
  expect(tokenIn(access.kubeconfig)).toMatch(/^eyJ/);
  await expect(mint({ uid: randomUUID() })).rejects.toThrow(refusal);
  await expect(mint({ dev_id: 'another' })).rejects.toThrow(refusal);
  await expect(mint({ key: Buffer.alloc(32) })).rejects.toThrow(refusal);
  await admin.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace.name } }, namespace.uid);
});

it('the worker can mint no token of another account', async () => {
  const worker = await workerCluster();

  for (const [account, namespace] of [
    ['berth-worker', 'berth-system'],
    ['default', 'default'],
    ['namespace-controller', 'kube-system'],
  ] as const) {
    await expect(worker.mintToken(account, namespace, 600)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('is forbidden: User'),
    });
  }
});
