import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { adminCluster, call, start, status, temporalClient, terminate, tokenFor } from '../setup/client.ts';
import { refuse } from '../workflows/paths/refuse.ts';
import { Guests } from './guests.ts';

const PATIENCE = { timeout: 40_000, interval: 200 };
const POLICIES = 'networking.k8s.io/networkpolicies';
const WHY = 'Nothing is restored today.';

const guests = new Guests();

describe('an environment of which something cannot be restored', () => {
  it('is degraded and says why, can be used as before, and is ready again once it can be', async () => {
    const home = await atHome();
    const allow = await refusal(home);
    await deleteDenyAll(home);

    const worse = await becomes(home, 'degraded');

    expect(worse.problem).toMatchObject({ type: 'urn:berth:problem:cluster-failed' });
    expect(worse.problem?.detail).toContain('NetworkPolicy deny-all');
    expect(worse.problem?.detail).toContain(WHY);
    expect(worse.expires_at).toBe(home.started.expires_at);
    const { token, identity } = home;
    expect(await start(token, { ...identity })).toMatchObject({ status: 200, body: { state: 'degraded' } });
    const kubeconfig = await call(token, 'POST', '/environments/kubeconfig', { body: identity });
    expect(kubeconfig.status).toBe(200);
    const extended = await call(token, 'POST', '/environments/extend', { body: { ...identity, ttl: '20h' } });
    expect(extended).toMatchObject({ status: 200, body: { state: 'degraded' } });
    await allow();
    const better = await becomes(home, 'ready');
    expect(better).not.toHaveProperty('problem');
    expect(better.drift?.map(({ what }) => what)).toEqual(['not restored', 'restored']);
    expect(await home.cluster.read(denyAllIn(home.namespace))).toBeDefined();
  });

  it('can be put to sleep and terminated all the same', async () => {
    const home = await atHome();
    const allow = await refusal(home);
    await deleteDenyAll(home);
    await becomes(home, 'degraded');

    const { token, identity } = home;
    const asleep = await call(token, 'POST', '/environments/sleep', { body: identity });
    expect(asleep).toMatchObject({ status: 200, body: { state: 'asleep' } });
    expect(asleep.body).not.toHaveProperty('problem');
    expect(await terminate(token, identity)).toMatchObject({ status: 200, body: { state: 'terminated' } });
    await allow();
  });
});

it('an environment that sleeps has its guards restored, and sleeps on', async () => {
  const home = await atHome();
  await call(home.token, 'POST', '/environments/sleep', { body: home.identity });
  await deleteDenyAll(home);

  await vi.waitFor(async () => expect(await home.cluster.read(denyAllIn(home.namespace))).toBeDefined(), PATIENCE);

  const shown = await vi.waitFor(async () => {
    const { body } = await status(home.token, home.identity);
    expect(body.drift).toMatchObject([{ what: 'restored' }]);
    return body;
  }, PATIENCE);
  expect(shown.state).toBe('asleep');
});

it('whoever changes something as often as it is restored is told so', { timeout: 120_000 }, async () => {
  const home = await atHome();
  let isOver = false;
  const fight = (async () => {
    while (!isOver) {
      await deleteDenyAll(home);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();

  // Before it is told so it may be degraded because of what is missing at that moment.
  const told = vi.waitFor(
    async () => {
      const { body } = await status(home.token, home.identity);
      expect(body.problem?.detail).toContain(
        'NetworkPolicy deny-all is changed by somebody as often as it is restored.',
      );
      return body;
    },
    { timeout: 100_000, interval: 200 },
  );
  const worse = await told.finally(async () => {
    isOver = true;
    await fight;
  });

  expect(worse.state).toBe('degraded');
  expect(worse.drift?.length).toBeLessThanOrEqual(10);
});

describe('an environment whose namespace somebody deletes', () => {
  it('ends by itself and says why, and a start gives a fresh one', { timeout: 120_000 }, async () => {
    const home = await atHome();
    const { token, identity, cluster } = home;
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: home.namespace } };
    await cluster.delete(reference, (await cluster.read(reference))?.metadata?.uid ?? '');

    const lost = await vi.waitFor(async () => {
      const { body } = await status(token, identity);
      expect(['terminating', 'terminated']).toContain(body.state);
      return body;
    }, PATIENCE);
    expect(lost.drift).toMatchObject([{ object: `Namespace ${home.namespace}`, what: 'lost' }]);

    const fresh = await start(token, { ...identity });
    expect(fresh).toMatchObject({ status: 200, body: { state: 'ready' } });
    guests.accept(fresh.body);
    expect(fresh.body.created_at).not.toBe(home.started.created_at);
    expect(fresh.body).not.toHaveProperty('drift');
  });
});

it('in the end nothing is left of any of them', {
  meta: { fault: 'what was changed by hand cannot be restored' },
}, async ({ task }) => {
  await guests.closeRow(task, 5);
});

interface Home {
  token: string;
  identity: Identity;
  namespace: string;
  cluster: Cluster;
  started: Environment;
}

async function atHome(): Promise<Home> {
  const identity = guests.identity();
  const token = await tokenFor(identity.dev_id);
  const { body, status: code } = await start(token, { ...identity, template: 'bare' });
  if (code !== 200 || body.namespace === null) throw new Error(`the start was answered with ${code}: ${body.detail}`);
  guests.accept(body);
  return { token, identity, namespace: body.namespace, cluster: await adminCluster(), started: body };
}

/** From here on the cluster takes no network policy in its namespace, until it is allowed. */
async function refusal({ namespace, cluster }: Home): Promise<() => Promise<void>> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(inject('servers').adminKubeconfig);
  const stage = { cluster, client: await temporalClient(), api: KubernetesObjectApi.makeApiClient(kubeConfig) };
  const lift = await refuse(stage, { namespace, operation: 'CREATE', resource: POLICIES }, WHY);
  let isLifted = false;
  const once = async () => {
    if (!isLifted) await lift();
    isLifted = true;
  };
  onTestFinished(once);
  return once;
}

function becomes(home: Home, state: Environment['state']): Promise<Environment> {
  return vi.waitFor(async () => {
    const { body } = await status(home.token, home.identity);
    expect(body.state, JSON.stringify(body.drift)).toBe(state);
    return body;
  }, PATIENCE);
}

function denyAllIn(namespace: string) {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'deny-all', namespace } };
}

async function deleteDenyAll({ cluster, namespace }: Home): Promise<void> {
  const live = await cluster.read(denyAllIn(namespace));
  if (live?.metadata?.uid !== undefined) await cluster.delete(denyAllIn(namespace), live.metadata.uid);
}
