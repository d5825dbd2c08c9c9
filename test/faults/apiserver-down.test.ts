import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig, type V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { issueToken } from '../../src/api/authentication/token-file.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { startApplication } from '../../src/local/application.ts';
import { apiserver } from '../../src/local/control-plane/commands.ts';
import { prepareCredentials } from '../../src/local/control-plane/credentials.ts';
import { embeddedCluster, embeddedTemporal } from '../../src/local/embedded.ts';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import { simulatedNode } from '../../src/local/node/install.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { ProcessRecords } from '../../src/local/processes/records.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';
import { startServers } from '../../src/local/servers.ts';
import { temporaryDirectory } from '../local/start-command.ts';
import { type Answer, call, clusterBy, someDeveloper } from '../setup/client.ts';
import { closeRow } from './row.ts';
import { atStrength } from './strength.ts';

const DOWN_MS = atStrength(10_000, 30_000);
const CONVERGED_MS = 60_000;
/** The cluster's own controllers come back when their pauses are over, which grew while it was down. */
const CONTROLLERS_MS = 120_000;
const LATER = { Prefer: 'respond-async' };

it('an apiserver that is killed in the middle of a provisioning and comes back later: work waits, says for what, and completes', {
  timeout: 300_000,
  meta: { fault: 'apiserver killed for 30 s' },
}, async ({ task }) => {
  const system = await systemOfItsOwn();
  const caught = { dev_id: someDeveloper('down'), project: 'caught' };
  const meanwhile = { dev_id: someDeveloper('down'), project: 'meanwhile' };
  await system.start(caught);
  await expect.poll(() => system.stepsDone(caught), { interval: 20, timeout: 30_000 }).toContain('isolation');

  system.killApiserver();
  expect(await system.status(caught)).not.toMatchObject({ state: 'ready' });
  const back = sleep(DOWN_MS);
  await system.start(meanwhile);
  const said = async (): Promise<string> => (await system.status(meanwhile)).steps.map(({ message }) => message).join();
  await expect.poll(said, { timeout: DOWN_MS }).toContain('The apiserver cannot be reached');
  await back;
  await system.startApiserverAgain();
  const startedAt = Date.now();
  // What anybody gets of the cluster by then, an environment gets too.
  await system.claimIsBound(CONTROLLERS_MS);
  const controllersMs = Date.now() - startedAt;

  for (const identity of [caught, meanwhile]) {
    await expect.poll(() => system.story(identity), { timeout: CONVERGED_MS }).toMatch(/^ready/);
  }
  task.meta.notes = [
    `a claim made by hand was bound ${controllersMs} ms after the apiserver was started again, all was ready ` +
      `${Date.now() - startedAt - controllersMs} ms later`,
  ];
  await Promise.all([caught, meanwhile].map((identity) => system.terminate(identity)));
  await closeRow(task, 2, system.scope('down'));
});

/** All of Berth on servers of its own, whose apiserver can be killed and started again. */
async function systemOfItsOwn() {
  const directory = temporaryDirectory();
  const supervisor = new Supervisor(directory);
  const again = new Supervisor(directory);
  const progress = progressOn(process.stderr);
  const install = { cache: cacheDirectory(process.env), environment: process.env, progress, supervisor };
  const cluster = await embeddedCluster(install, simulatedNode);
  const servers = await startServers({
    supervisor,
    stateDirectory: directory,
    temporal: await embeddedTemporal(install),
    cluster,
    durable: false,
  });
  onTestFinished(async () => {
    servers.stop();
    await supervisor.stop();
    await again.stop();
  });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(servers.adminKubeconfig);
  const { server = '' } = kubeConfig.getCurrentCluster() ?? {};
  const tokensFile = join(directory, 'tokens.json');
  const token = await issueToken(tokensFile, { role: 'admin' }, { expiresAt: new Date(Date.now() + 3_600_000) });
  const ports = await choosePorts(join(directory, 'ports.json'), { api: undefined });
  const api = await startApplication({ supervisor, servers, port: ports.api, tokensFile });
  const connection = await Connection.connect({ address: servers.temporal });
  onTestFinished(() => connection.close());
  const accepted: Environment[] = [];

  type Identity = { dev_id: string; project: string };
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
    call(token, 'POST', `/environments/${path}`, { api, body, headers });
  const status = async (identity: Identity): Promise<Environment> =>
    (await call(token, 'GET', `/environments/status?${new URLSearchParams({ ...identity })}`, { api })).body;
  return {
    status,
    async start(identity: Identity): Promise<void> {
      const answer = await post('start', identity, LATER);
      expect(answer.status).toBe(202);
      accepted.push(answer.body);
    },
    async terminate(identity: Identity): Promise<void> {
      expect(await post('terminate', identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
    },
    /** Its state, and how each step fares. */
    async story(identity: Identity): Promise<string> {
      const { state, steps } = await status(identity);
      return [state, ...steps.map((step) => `${step.name} ${step.state}: ${step.message}`)].join('; ');
    },
    async stepsDone(identity: Identity): Promise<string[]> {
      const { steps } = await status(identity);
      return steps.flatMap(({ name, state }) => (state === 'done' ? [name] : []));
    },
    killApiserver(): void {
      process.kill(new ProcessRecords(directory).running().get('kube-apiserver')?.pid ?? Number.NaN, 'SIGKILL');
    },
    async startApiserverAgain(): Promise<void> {
      const credentials = await prepareCredentials(join(directory, 'control-plane'), LOOPBACK);
      again.start(
        apiserver(cluster.programs['kube-apiserver'], Number(new URL(server).port), { address: LOOPBACK }, credentials),
      );
    },
    /** Makes a claim for a volume by hand, as soon as that can be done, and waits until the cluster has given it one. */
    async claimIsBound(ms: number): Promise<void> {
      const cluster = await clusterBy(servers.adminKubeconfig);
      const reference = {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'by-hand', namespace: 'default' },
      };
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
      const claim = { ...reference, spec } as V1PersistentVolumeClaim;
      const phase = async () => (await cluster.ensure(claim)).status?.phase;
      await expect.poll(() => phase().catch(String), { timeout: ms, interval: 200 }).toBe('Bound');
      await cluster.delete(reference, (await cluster.read<V1PersistentVolumeClaim>(reference))?.metadata?.uid ?? '');
      await cluster.close();
    },
    scope: (developers: string) => ({
      developers,
      temporal: new Client({ connection }),
      adminKubeconfig: servers.adminKubeconfig,
      accepted,
    }),
  };
}
