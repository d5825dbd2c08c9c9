import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { buildEnforcer, Enforcer, NetworkNamespace } from './enforcer-process.ts';
import { LiveCluster } from './live-cluster.ts';
import { WatchProxy } from './watch-proxy.ts';

const directory = mkdtempSync(join(tmpdir(), 'berth-enforcer-'));
const network = new NetworkNamespace(`berth-enforcer-${process.pid}`);
const path = `${network.nftIn(directory)}:${process.env.PATH}`;
let program: string;
let cluster: LiveCluster;

beforeAll(async () => {
  program = await buildEnforcer(directory);
  cluster = await LiveCluster.start(directory);
});

afterAll(async () => {
  await cluster?.stop();
  network.remove();
  rmSync(directory, { recursive: true, force: true });
});

async function startEnforcer(access = cluster.kubeconfig): Promise<Enforcer> {
  const enforcer = new Enforcer(program, access, directory, path);
  onTestFinished(async () => void (await enforcer.end('SIGKILL')));
  await expect.poll(() => enforcer.ready, { timeout: 60_000, message: enforcer.log }).toBe(true);
  return enforcer;
}

const inForce = (check: () => unknown) => expect.poll(check, { timeout: 30_000, interval: 5 });

test('a policy is in force in the kernel a moment after it is there, and gone with it', async () => {
  await startEnforcer();
  const namespace = await cluster.podWith('10.244.0.11');
  await inForce(() => network.chainOf('10.244.0.11', 'egress')).toBe('return');

  const spec = {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }] }],
  };
  await cluster.createPolicy(namespace, spec);
  await inForce(() => network.chainOf('10.244.0.11', 'egress')).toMatch(/^egress_/);
  expect(network.rulesOf(network.chainOf('10.244.0.11', 'egress') ?? '')).toContain('203.0.113.0/24');
  expect(network.chainOf('10.244.0.11', 'ingress')).toBe('return');

  await cluster.networking.deleteNamespacedNetworkPolicy({ namespace, name: 'some' });
  await inForce(() => network.chainOf('10.244.0.11', 'egress')).toBe('return');
  await cluster.core.deleteNamespacedPod({ namespace, name: 'web', gracePeriodSeconds: 0 });
  await inForce(() => network.chainOf('10.244.0.11', 'egress')).toBeUndefined();
});

test.for(['SIGKILL', 'SIGTERM'] as const)(
  'the rules stay in force when it ends by %s, and the next one goes on',
  async (signal) => {
    const first = await startEnforcer();
    const address = signal === 'SIGKILL' ? '10.244.0.12' : 'fd00:10:244::12';
    await cluster.podWith(address);
    await inForce(() => network.chainOf(address, 'ingress')).toBe('return');
    const code = await first.end(signal);
    expect(code).toBe(signal === 'SIGTERM' ? 0 : null);
    expect(network.chainOf(address, 'ingress')).toBe('return');
    expect(network.rulesOf('ingress')).toMatch(/drop/);

    await startEnforcer();
    await inForce(() => network.chainOf(address, 'ingress')).toBe('return');
  },
);

test('a pod is unknown for as long as there is no news of policies, and never open that is isolated', async () => {
  const server = cluster.kubeConfig.getCurrentCluster();
  const certificate = join(directory, 'ca.crt');
  writeFileSync(certificate, Buffer.from(server?.caData ?? '', 'base64'));
  const proxy = new WatchProxy(server?.server ?? '', certificate, cluster.kubeConfig.getCurrentUser()?.token ?? '');
  onTestFinished(() => proxy.stop());
  const access = kubeconfigTo(await proxy.start(), 'proxy.kubeconfig');
  await startEnforcer(access);
  await cluster.podWith('10.244.0.13');
  await inForce(() => network.chainOf('10.244.0.13', 'egress')).toBe('return');

  proxy.cutOff('networkpolicies');
  await cluster.podWith('10.244.0.14', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  const seen = new Set<string | undefined>();
  const cutOffAt = Date.now();
  await inForce(() => {
    if (Date.now() - cutOffAt > 2_000) proxy.cutOff(undefined);
    const chain = network.chainOf('10.244.0.14', 'egress');
    seen.add(chain);
    return chain;
  }).toMatch(/^egress_/);
  expect(Date.now() - cutOffAt).toBeGreaterThan(2_000);
  expect(seen).not.toContain('return');
});

function kubeconfigTo(server: string, name: string): string {
  const file = join(directory, name);
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name, server, skipTLSVerify: true }, { name });
  writeFileSync(file, config.exportConfig());
  return file;
}

test('with an apiserver that does not answer it closes everything, and is not ready', async () => {
  const other = kubeconfigTo('https://127.0.0.1:1', 'unreachable.kubeconfig');
  network.nft(['flush', 'ruleset']);
  const enforcer = new Enforcer(program, other, directory, path);
  onTestFinished(async () => void (await enforcer.end('SIGKILL')));
  await inForce(() => network.nft(['list', 'ruleset'])).toContain('ct original ip saddr 10.244.0.0/24 jump egress');
  expect(network.chainOf('10.244.0.12', 'ingress')).toBeUndefined();
  expect(enforcer.ready).toBe(false);
});

test('without nft it ends with an error that says so', async () => {
  const enforcer = new Enforcer(program, cluster.kubeconfig, directory, join(directory, 'nothing-here'));
  expect(await enforcer.ended).toEqual([1, null]);
  expect(enforcer.log).toMatch(/"level":"ERROR".*nftables cannot be used/);
});
