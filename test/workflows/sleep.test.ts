import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject, V1Deployment } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { extendUpdate, sleepUpdate, startUpdate } from '../../src/workflows/messages.ts';
import { over, shownBy } from '../setup/lives.ts';
import { aDeployment, aPod, boundVolume, fallenAsleep, keptIn, running, sleeper } from '../setup/sleepers.ts';

const WAIT = { timeout: 60_000 };

describe('an environment whose time is over', () => {
  it('falls asleep: nothing runs and nothing may, its namespace, guards and volume stay, and its end is announced', async () => {
    const { client, cluster, life, namespace } = await sleeper({ ttl: '3s' });
    const before = [await running(cluster, namespace), await keptIn(cluster, namespace)];

    const asleep = await fallenAsleep(client, life.workflowId);

    expect(asleep).toMatchObject({ state: 'asleep', namespace });
    expect(asleep).not.toHaveProperty('expires_at');
    expect(Date.parse(asleep.retained_until ?? '') - Date.parse(asleep.asleep_since ?? '')).toBe(7 * 86_400_000);
    expect(asleep.steps.at(-1)).toMatchObject({ name: 'sleep', state: 'done', message: 'nothing runs any more' });
    expect(before[0]).toHaveLength(1);
    expect(await running(cluster, namespace)).toEqual([]);
    expect(await keptIn(cluster, namespace)).toEqual(before[1]);
    await expect(cluster.create(aPod(namespace))).rejects.toThrow(/exceeded quota.*pods=0/);
  });

  it('is deleted without a trace when its retention is over too', async () => {
    const { client, cluster, life, namespace, volume } = await sleeper({ ttl: '2s', retain: '3s' });

    const asleep = await fallenAsleep(client, life.workflowId);
    const ended = await over(client, life.workflowId);

    expect(Date.parse(asleep.retained_until ?? '') - Date.parse(asleep.asleep_since ?? '')).toBe(3000);
    expect(ended.state).toBe('terminated');
    expect(await cluster.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })).toBeUndefined();
    const reference = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volume } };
    expect(await cluster.read(reference)).toBeUndefined();
  });

  it('ends where its namespace is gone: there is nothing to keep', async () => {
    const { client, cluster, life, namespace } = await sleeper({ ttl: '1h' }, 'bare');
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await cluster.delete(reference, (await cluster.read(reference))?.metadata?.uid ?? '');
    await expect.poll(() => cluster.read(reference), WAIT).toBeUndefined();

    await life.executeUpdate(sleepUpdate).catch(() => undefined);

    const ended = await over(client, life.workflowId);
    expect(ended.state).toBe('terminated');
    // Whoever sees it first: the watch, or the sleep.
    expect(JSON.stringify([ended.steps, ended.drift])).toMatch(/its namespace is gone|somebody deleted it/);
  });
});

describe('an environment that sleeps', () => {
  it('wakes as the same one, with its volume and a new time, as often as it sleeps', async () => {
    const { cluster, life, namespace } = await sleeper({ ttl: '1h' });
    const before = await keptIn(cluster, namespace);

    for (let night = 0; night < 2; night++) {
      const asleep = await life.executeUpdate(sleepUpdate);
      const morning = Date.now();
      const woken = await life.executeUpdate(startUpdate);

      expect([asleep.state, woken.state]).toEqual(['asleep', 'ready']);
      expect(Date.parse(woken.expires_at ?? '')).toBeGreaterThanOrEqual(morning + 3_600_000);
      expect(woken).not.toHaveProperty('asleep_since');
      expect(woken).not.toHaveProperty('retained_until');
      expect(woken.steps.map(({ name }) => name)).toEqual(['sleep', 'isolation', 'workload', 'verification']);
      expect(await running(cluster, namespace)).toHaveLength(1);
      expect(await keptIn(cluster, namespace)).toEqual(before);
    }
  });

  it('wakes what its developer runs in it too, at once and as it was', async () => {
    const { cluster, life, namespace } = await sleeper({ ttl: '1h' }, 'bare');
    await cluster.apply(aDeployment(namespace));
    await expect.poll(() => running(cluster, namespace), WAIT).toHaveLength(2);

    await life.executeUpdate(sleepUpdate);
    const slept = await running(cluster, namespace);
    // Its controller tries again after about 20 s, and by itself not before 41.
    await sleep(24_000);
    await life.executeUpdate(startUpdate);
    const woken = Date.now();
    await expect.poll(() => running(cluster, namespace), WAIT).toHaveLength(2);

    expect(slept).toEqual([]);
    expect(Date.now() - woken).toBeLessThan(12_000);
    const { spec } = (await cluster.read<V1Deployment>(aDeployment(namespace))) ?? {};
    expect(spec?.replicas).toBe(2);
  });

  it('that cannot be woken falls asleep again, says why, loses nothing, and wakes once the cause is gone', async () => {
    const { client, cluster, life, namespace, volume } = await sleeper({ ttl: '1h' });
    await life.executeUpdate(sleepUpdate);
    const opening = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      // Held, or it would be removed at once.
      metadata: { name: 'open', namespace, finalizers: ['example.com/held'] },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
    };
    const { metadata } = await cluster.create<KubernetesObject>(opening);

    await expect(life.executeUpdate(startUpdate)).rejects.toMatchObject({
      cause: { type: 'cluster-failed', message: expect.stringContaining('it is asleep again') },
    });
    const { environment } = await shownBy(client, life.workflowId);
    const podsMeanwhile = await running(cluster, namespace);
    await cluster.delete(opening, metadata?.uid ?? '');
    const released = { ...opening, metadata: { name: 'open', namespace, finalizers: [] } };
    await cluster.merge(released, metadata?.uid ?? '');
    await expect.poll(() => cluster.read(opening), WAIT).toBeUndefined();
    const woken = await life.executeUpdate(startUpdate);

    expect(environment).toMatchObject({ state: 'asleep', problem: { detail: expect.stringContaining('open') } });
    expect(environment.steps).toContainEqual(expect.objectContaining({ name: 'isolation', state: 'failed' }));
    expect(podsMeanwhile).toEqual([]);
    expect(woken.state).toBe('ready');
    expect(woken.problem).toBeUndefined();
    expect(await boundVolume(cluster, namespace)).toBe(volume);
  });

  it('whose pods are refused falls asleep again too, and none of them is left', async () => {
    const { client, cluster, life, namespace, volume } = await sleeper({ ttl: '1h' });
    await life.executeUpdate(sleepUpdate);
    // From now on a quota of the operator's refuses what the template asks for.
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'smaller', namespace },
      spec: { hard: { 'limits.memory': '1Mi' } },
    } as KubernetesObject);

    await expect(life.executeUpdate(startUpdate)).rejects.toMatchObject({ cause: { type: 'quota-exceeded' } });

    expect((await shownBy(client, life.workflowId)).environment).toMatchObject({
      state: 'asleep',
      problem: { status: 422, detail: expect.stringContaining('limits.memory') },
    });
    expect(await running(cluster, namespace)).toEqual([]);
    expect(await boundVolume(cluster, namespace)).toBe(volume);
  });

  it('ends when it is terminated, and leaves nothing', async () => {
    const { client, cluster, life, namespace } = await sleeper({ ttl: '1h' });
    await life.executeUpdate(sleepUpdate);

    await life.cancel();

    expect(await over(client, life.workflowId)).toMatchObject({ state: 'terminated' });
    expect(await cluster.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })).toBeUndefined();
  });
});

describe('an extension', () => {
  it('lets it stay awake for at least so long from now, and takes nothing away', async () => {
    const { client, life } = await sleeper({ ttl: '4s' }, 'bare');

    const now = Date.now();
    const { expires_at = '' } = await life.executeUpdate(extendUpdate, { args: ['2h'] });
    const again = await life.executeUpdate(extendUpdate, { args: ['1h'] });
    await sleep(5000);

    expect(Date.parse(expires_at)).toBeGreaterThanOrEqual(now + 7_200_000);
    expect(again.expires_at).toBe(expires_at);
    expect((await shownBy(client, life.workflowId)).environment).toMatchObject({ state: 'ready', expires_at });
  });

  it('is refused beyond what the template allows, and while it sleeps', async () => {
    const { life } = await sleeper({ ttl: '1h' }, 'bare');

    const tooLong = life.executeUpdate(extendUpdate, { args: ['31d'] });
    await expect(tooLong).rejects.toMatchObject({ cause: { type: 'invalid-request' } });
    await life.executeUpdate(sleepUpdate);
    const asleep = life.executeUpdate(extendUpdate, { args: ['1h'] });
    await expect(asleep).rejects.toMatchObject({ cause: { type: 'not-ready' } });
  });
});
