import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import type { CapacityNow } from '../../src/temporal/capacity-now.ts';
import { LOOPBACK_ADDRESSES, listeningAddresses } from './listening.ts';
import { environmentFor, processesOf, Start, start, temporaryDirectory } from './start-command.ts';

const marker = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'marker', namespace: 'default' } };

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'claim', namespace: 'default' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
};

test('npm start serves on loopback only, beside a second one, and Ctrl-C leaves no process of either', async (context) => {
  if (process.platform !== 'linux') context.skip('reads /proc');
  const directories = [temporaryDirectory(), temporaryDirectory()] as const;
  const [here, there] = [
    new Start('npm', ['start', '--silent', '--', '--json', '--simulated'], environmentFor(directories[0])),
    start(['--json', '--simulated', '--pool', 'bare=0', '--pool', 'node=0'], environmentFor(directories[1])),
  ];
  const announced = await Promise.all([here.ready(), there.ready()]);

  const keys = ['api', 'token', 'admin_token', 'kubeconfig', 'temporal', 'temporal_ui', 'node'];
  for (const announcement of announced) expect(Object.keys(announcement)).toEqual(keys);
  expect(announced[0].api).not.toBe(announced[1].api);
  const status = await fetch(`${announced[0].api}/api/environments/status`, {
    headers: { authorization: `Bearer ${announced[0].token}` },
  });
  expect(status.status).toBe(200);
  expect((await fetch(announced[0].temporal_ui ?? '')).status).toBe(200);
  // There are no pools unless asked for.
  expect(await poolsAt(announced[0])).toEqual([]);
  expect(await poolsAt(announced[1])).toEqual(['bare', 'node']);
  // Workers and API servers are planned without any.
  const servers = async () =>
    (await capacityAt(announced[0])).report?.servers?.map(({ kind, running }) => [kind, running]);
  await expect.poll(servers, { timeout: 30_000 }).toEqual([
    ['workers', 1],
    ['api', 1],
  ]);

  const running = processesOf(directories[0]);
  const addresses = [...running.keys()].flatMap(listeningAddresses);
  expect(addresses.length).toBeGreaterThan(4);
  for (const address of addresses) expect(LOOPBACK_ADDRESSES).toContain(address);

  const second = await start(['--json', '--simulated'], environmentFor(directories[0])).ended;
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toMatch(/^Berth already runs here as process \d+ .*: stop it with Ctrl-C or `kill \d+`.*\.\n$/);

  here.interrupt();
  there.child.kill('SIGTERM');
  expect(await here.ended).toMatchObject({ stdout: `${JSON.stringify(announced[0])}\n` });
  expect(await there.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('Stopped.') });
  expect(here.stderr).toContain('Stopped.');
  for (const directory of directories) expect([...processesOf(directory).values()]).toEqual([]);
});

test('a start after kill -9 clears what is left and keeps the state, the death of a server ends all, --fresh forgets', async (context) => {
  if (process.platform !== 'linux') context.skip('reads /proc');
  const directory = temporaryDirectory();
  const environment = environmentFor(directory);

  const killed = start(['--json', '--simulated'], environment);
  const before = await killed.ready();
  const volume = await withCluster(before, async (cluster) => {
    await cluster.apply(marker);
    return await volumeOf(cluster);
  });
  expect(existsSync(volume)).toBe(true);
  kill(killed.child.pid);
  kill(pidOf(directory, 'kube-scheduler'));
  kill(pidOf(directory, 'etcd'));
  await killed.ended;
  expect(recorded(directory)).toContain('temporal');

  const next = start(['--json', '--simulated'], environment);
  const after = await next.ready();
  expect(next.stderr).toMatch(/Ended what a former start had left running: .*temporal/);
  expect(after).toMatchObject({ api: before.api, temporal: before.temporal, kubeconfig: before.kubeconfig });
  const old = await fetch(`${after.api}/environments/status`, { headers: { authorization: `Bearer ${before.token}` } });
  expect(old.status).toBe(200);
  expect(await withCluster(after, (cluster) => cluster.read(marker))).toMatchObject(marker);
  kill(pidOf(directory, 'kube-apiserver'));
  const ending = await next.ended;
  expect(ending.code).toBe(1);
  expect(ending.stderr).toContain('kube-apiserver ended unexpectedly (SIGKILL); see ');
  expect([...processesOf(directory).values()]).toEqual([]);

  const fresh = start(['--json', '--simulated', '--fresh'], environment);
  const forgetful = await fresh.ready();
  expect(await withCluster(forgetful, (cluster) => cluster.read(marker))).toBeUndefined();
  expect(existsSync(volume)).toBe(false);
  fresh.interrupt();
  expect(await fresh.ended).toMatchObject({ code: 0 });
  expect([...processesOf(directory).values()]).toEqual([]);
});

async function capacityAt({ api, admin_token }: Record<string, string>): Promise<CapacityNow> {
  const answer = await fetch(`${api}/api/capacity`, { headers: { authorization: `Bearer ${admin_token}` } });
  return (await answer.json()) as CapacityNow;
}

/** The templates of the pools that are set. */
async function poolsAt(announced: Record<string, string>): Promise<string[]> {
  return Object.keys((await capacityAt(announced)).settings.pools);
}

async function withCluster<T>(announced: Record<string, string>, use: (cluster: Cluster) => Promise<T>): Promise<T> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(announced.kubeconfig ?? '');
  const cluster = await connectCluster(kubeConfig);
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

/** Claims a volume and answers where it lies, once it is bound. */
async function volumeOf(cluster: Cluster): Promise<string> {
  await cluster.apply(claim);
  for (;;) {
    const { spec } = (await cluster.read<typeof claim & { spec: { volumeName?: string } }>(claim)) ?? claim;
    if ('volumeName' in spec && typeof spec.volumeName === 'string') {
      const reference = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: spec.volumeName } };
      const volume = await cluster.read<typeof reference & { spec: { hostPath: { path: string } } }>(reference);
      if (volume !== undefined) return volume.spec.hostPath.path;
    }
    await sleep(50);
  }
}

function recorded(directory: string): string[] {
  return readdirSync(join(directory, 'processes')).map((file) => file.replace('.json', ''));
}

function pidOf(directory: string, name: string): number {
  return JSON.parse(readFileSync(join(directory, 'processes', `${name}.json`), 'utf8')).pid as number;
}

function kill(pid: number | undefined): void {
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}
