import { KubeConfig, type V1Namespace } from '@kubernetes/client-node';
import { Client, Connection } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import { call, status, terminate } from '../setup/client.ts';
import { environmentFor, processesOf, start, temporaryDirectory } from './start-command.ts';

const IDENTITY = { dev_id: 'user123', project: 'new_feature' };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dev-user123' } };

test('kill -9 of everything in the middle of a provisioning: the next start goes on with it, and its end leaves nothing', async (context) => {
  if (process.platform !== 'linux') context.skip('reads /proc');
  const directory = temporaryDirectory();
  const killed = start(['--json', '--simulated'], environmentFor(directory));
  const before = await killed.ready();
  const api = before.api ?? '';
  const token = before.token ?? '';
  const cluster = await clusterOf(before);
  const asked = call(token, 'POST', '/environments/start', { api, body: IDENTITY }).catch(() => undefined);
  await expect.poll(() => cluster.read(NAMESPACE), { interval: 5, timeout: 20_000 }).toBeDefined();
  for (const pid of [killed.child.pid ?? 0, ...processesOf(directory).keys()]) process.kill(pid, 'SIGKILL');
  await Promise.all([killed.ended, asked]);

  const next = start(['--json', '--simulated'], environmentFor(directory));
  const after = await next.ready();
  const there = { api: after.api ?? '' };
  const state = async () => (await status(token, IDENTITY, there)).body.state;
  await expect.poll(state, { timeout: 90_000 }).toBe('ready');
  expect(await namespacesOf(after)).toEqual(['dev-user123']);

  expect(await terminate(token, IDENTITY, {}, there)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  expect(await namespacesOf(after)).toEqual([]);
  expect(await openRuns(after)).toBe(0);
  next.interrupt();
  expect(await next.ended).toMatchObject({ code: 0 });
  expect([...processesOf(directory).values()]).toEqual([]);
});

async function clusterOf(announced: Record<string, string>): Promise<Cluster> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(announced.kubeconfig ?? '');
  const cluster = await connectCluster(kubeConfig);
  onTestFinished(() => cluster.close());
  return cluster;
}

/** The environments' namespaces. */
async function namespacesOf(announced: Record<string, string>): Promise<(string | undefined)[]> {
  const cluster = await clusterOf(announced);
  const all = await cluster.list<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace' }, '');
  return all.map(({ metadata }) => metadata?.name).filter((name) => name?.startsWith('dev-'));
}

async function openRuns(announced: Record<string, string>): Promise<number> {
  const connection = await Connection.connect({ address: announced.temporal ?? '' });
  onTestFinished(() => connection.close());
  return (await new Client({ connection }).workflow.count(`ExecutionStatus = 'Running'`)).count;
}
