import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import {
  type Answer,
  adminCluster,
  call,
  someDeveloper,
  start,
  status,
  temporalClient,
  terminate,
  tokenFor,
} from '../setup/client.ts';
import { keptIn, running, sleeper } from '../setup/sleepers.ts';

const LATER = { Prefer: 'respond-async' };
const WAIT = { timeout: 60_000 };

describe('an environment whose time is over', () => {
  it('is shown asleep with the day of its end, listed as open, and woken by a start as the same one', async () => {
    const { token, dev_id, shop } = await developer();
    const cluster = await adminCluster();
    const before = await start(token, { ...shop, template: 'default', ttl: '3s' });
    const namespace = before.body.namespace ?? '';
    const kept = await keptIn(cluster, namespace);
    await isShown(token, shop, 'asleep');

    const asleep = (await status(token, shop)).body;
    const listed = () => call<{ environments: Environment[] }>(token, 'GET', `/environments/status?dev_id=${dev_id}`);
    await expect.poll(async () => (await listed()).body.environments).toContainEqual(asleep);
    const woken = await call(token, 'POST', '/environments/start', { body: shop });
    const pods = await running(cluster, namespace);

    expect(Date.parse(asleep.retained_until ?? '')).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    expect(woken).toMatchObject({
      status: 200,
      body: { state: 'ready', namespace, created_at: before.body.created_at },
    });
    expect(pods).toHaveLength(1);
    expect(await keptIn(cluster, namespace)).toEqual(kept);
  });

  it('refuses a start with something else than it has, and sleeps on', async () => {
    const { token, shop } = await developer();
    await start(token, { ...shop, template: 'bare' });
    await ask(token, 'sleep', shop);

    const other = await call(token, 'POST', '/environments/start', { body: { ...shop, template: 'node' } });

    expect(other).toMatchObject({ status: 409, body: { type: 'urn:berth:problem:differs-from-running' } });
    expect((await status(token, shop)).body.state).toBe('asleep');
  });

  it('is gone from the list, and 404 to wake, once its retention is over', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const { namespace, cluster } = await sleeper({ ttl: '1s', retain: '1s' }, 'bare', dev_id);
    const shop = { dev_id, project: 'shop' };
    await isShown(token, shop, 'terminated');

    expect(await cluster.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })).toBeUndefined();
    expect((await ask(token, 'wake', shop)).status).toBe(404);
  });
});

describe('sleeping and waking', () => {
  it('on request answers when it is done, twice as once, and again', async () => {
    const { token, shop } = await developer();
    await start(token, { ...shop, template: 'bare' });

    for (let night = 0; night < 2; night++) {
      const asleep = [await ask(token, 'sleep', shop), await ask(token, 'sleep', shop)];
      const woken = [await ask(token, 'wake', shop), await ask(token, 'wake', shop)];
      const now = (await status(token, shop)).body;

      expect(asleep.map(({ status, body }) => [status, body.state])).toEqual([
        [200, 'asleep'],
        [200, 'asleep'],
      ]);
      expect(woken.map(({ status, body }) => [status, body.state])).toEqual([
        [200, 'ready'],
        [200, 'ready'],
      ]);
      expect(woken.map(({ body }) => body)).toEqual([now, now]);
    }
  });

  it('without waiting answers 202 with the place to look, and the work goes on', async () => {
    const { token, shop } = await developer();
    await start(token, { ...shop, template: 'bare' });

    const falling = await ask(token, 'sleep', shop, LATER);
    await isShown(token, shop, 'asleep');
    const waking = await ask(token, 'wake', shop, LATER);

    for (const { status, headers } of [falling, waking]) {
      expect(status).toBe(202);
      expect(headers.get('Location')).toContain('/environments/status?');
    }
    await isShown(token, shop, 'ready');
  });

  it('by 100 callers at once wakes once, and answers all of them with the same', async () => {
    const { token, shop } = await developer();
    await start(token, { ...shop, template: 'bare' });
    await ask(token, 'sleep', shop);

    const answers = await Promise.all(
      Array.from({ length: 100 }, () => call(token, 'POST', '/environments/start', { body: shop })),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const client = await temporalClient();
    const history = await client.workflow.getHandle(`environment/${shop.dev_id}/shop`).fetchHistory();
    const updates = history.events?.filter((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    // One for the start before, one for the sleep, and one for all who woke it.
    expect(updates).toHaveLength(3);
  });

  it('what never was, or is somebody else’s, answers 404', async () => {
    const [one, other] = [await developer(), await developer()];
    await start(one.token, { ...one.shop, template: 'bare' });

    for (const verb of ['sleep', 'wake'] as const) {
      expect((await ask(other.token, verb, other.shop)).status).toBe(404);
      expect((await ask(other.token, verb, one.shop)).status).toBe(404);
    }
    expect((await ask(other.token, 'extend', { ...one.shop, ttl: '1h' })).status).toBe(404);
    expect((await status(one.token, one.shop)).body.state).toBe('ready');
  });

  it('says why what cannot be woken sleeps on, and a terminate ends it', async () => {
    const { token, shop } = await developer();
    const cluster = await adminCluster();
    const { body } = await start(token, { ...shop, template: 'bare' });
    await ask(token, 'sleep', shop);
    await cluster.create({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'open', namespace: body.namespace ?? '' },
      spec: { podSelector: {}, egress: [{}] },
    } as object);

    const failed = await call(token, 'POST', '/environments/start', { body: shop });
    const again = await ask(token, 'wake', shop, LATER);
    await isShown(token, shop, 'asleep');

    expect(failed).toMatchObject({ status: 502, body: { detail: expect.stringContaining('asleep again') } });
    // A problem of the past does not answer for what was asked now.
    expect(again.status).toBe(202);
    expect(await terminate(token, shop)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  });
});

describe('an extension', () => {
  it('gives more time, never less, and not more at once than the template allows', async () => {
    const { token, shop } = await developer();
    const { body } = await start(token, { ...shop, template: 'bare', ttl: '1h' });

    const longer = await ask(token, 'extend', { ...shop, ttl: '9h' });
    const shorter = await ask(token, 'extend', { ...shop, ttl: '1h' });
    const tooLong = await ask(token, 'extend', { ...shop, ttl: '31d' });
    const nonsense = await ask(token, 'extend', { ...shop, ttl: 'forever' });

    expect(longer.status).toBe(200);
    expect(Date.parse(longer.body.expires_at ?? '')).toBeGreaterThan(Date.parse(body.expires_at ?? '') + 7 * 3_600_000);
    expect(shorter.body.expires_at).toBe(longer.body.expires_at);
    expect(tooLong).toMatchObject({ status: 400, body: { errors: [{ pointer: '/ttl' }] } });
    expect(nonsense.status).toBe(400);
    expect((await status(token, shop)).body.expires_at).toBe(longer.body.expires_at);
  });

  it('is refused while it sleeps', async () => {
    const { token, shop } = await developer();
    await start(token, { ...shop, template: 'bare' });
    await ask(token, 'sleep', shop);

    const answer = await ask(token, 'extend', { ...shop, ttl: '1h' });

    expect(answer).toMatchObject({ status: 409, body: { type: 'urn:berth:problem:not-ready' } });
  });
});

type Shop = { dev_id: string; project: string };

async function developer(): Promise<{ token: string; dev_id: string; shop: Shop }> {
  const dev_id = someDeveloper();
  return { token: await tokenFor(dev_id), dev_id, shop: { dev_id, project: 'shop' } };
}

function ask(
  token: string,
  verb: 'sleep' | 'wake' | 'extend',
  body: Shop & { ttl?: string },
  headers: Record<string, string> = {},
): Promise<Answer> {
  return call(token, 'POST', `/environments/${verb}`, { body, headers });
}

async function isShown(token: string, shop: Shop, state: string): Promise<void> {
  await expect.poll(async () => (await status(token, shop)).body.state, WAIT).toBe(state);
}
