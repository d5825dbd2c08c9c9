import { KubeConfig, type KubernetesObject } from '@kubernetes/client-node';
import { describe, expect, inject, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { makeOneTimeKey } from '../../src/environment/sealing.ts';
import { accessUpdate } from '../../src/workflows/messages.ts';
import { askForAccess, clusterWith, tokenIn } from '../setup/access.ts';
import {
  adminCluster,
  adminToken,
  call,
  someDeveloper,
  start,
  temporalClient,
  terminate,
  tokenFor,
} from '../setup/client.ts';
import { beginLife, shownBy } from '../setup/lives.ts';
import { unschedulable } from '../workflows/paths/specifications.ts';

interface Review extends KubernetesObject {
  status?: { userInfo: { username: string } };
}
const PODS = { apiVersion: 'v1', kind: 'Pod' };
const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mine' } };

describe('POST /environments/kubeconfig', () => {
  it('answers with a kubeconfig by which a developer works in their namespace, and nowhere else', async () => {
    const { identity, token } = await environment();
    const { namespace: other } = await environment();

    const { status, body, headers } = await askForAccess(token, identity);

    expect({ status, cache: headers.get('Cache-Control') }).toEqual({ status: 200, cache: 'no-store' });
    const cluster = await clusterWith(body.kubeconfig);
    expect(await cluster.list(PODS, body.namespace)).toEqual([]);
    await cluster.create({ ...SECRET, metadata: { name: 'mine', namespace: body.namespace } });
    await expect(cluster.list(PODS, other)).rejects.toMatchObject({ status: 403 });
    await expect(cluster.list(PODS, 'kube-system')).rejects.toMatchObject({ status: 403 });
    await expect(everywhere(cluster)).rejects.toMatchObject({ status: 403 });
    await expect(cluster.read({ ...SECRET, metadata: { name: 'any', namespace: other } })).rejects.toMatchObject({
      status: 403,
    });
  });

  it('names the namespace in it, so that kubectl needs no more, and the cluster as the worker reaches it', async () => {
    const { identity, token, namespace } = await environment();

    const { body } = await askForAccess(token, identity);

    const [given, worker] = [new KubeConfig(), new KubeConfig()];
    given.loadFromString(body.kubeconfig);
    worker.loadFromFile(inject('servers').workerKubeconfig);
    expect(body.namespace).toBe(namespace);
    expect(given.getContextObject(given.getCurrentContext())).toMatchObject({ name: namespace, namespace });
    const { server, caData } = given.getCurrentCluster() ?? {};
    expect({ server, caData }).toEqual({
      server: worker.getCurrentCluster()?.server,
      caData: worker.getCurrentCluster()?.caData,
    });
  });

  it('is for an hour, or for as long as was asked', async () => {
    const { identity, token } = await environment();

    const [anHour, tenMinutes] = [
      await askForAccess(token, identity),
      await askForAccess(token, { ...identity, expires_in: '10m' }),
    ];

    expectExpiry(anHour.body.expires_at, 3600);
    expectExpiry(tenMinutes.body.expires_at, 600);
    expect(expiryIn(tokenIn(tenMinutes.body.kubeconfig))).toBe(Date.parse(tenMinutes.body.expires_at));
  });

  it('is another token each time, of the account that is made for the developer', async () => {
    const { identity, token, namespace } = await environment();

    const [one, other] = await Promise.all([askForAccess(token, identity), askForAccess(token, identity)]);

    expect(tokenIn(one.body.kubeconfig)).not.toBe(tokenIn(other.body.kubeconfig));
    const cluster = await clusterWith(one.body.kubeconfig);
    const who = await cluster.create<Review>({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
    expect(who.status?.userInfo.username).toBe(`system:serviceaccount:${namespace}:developer`);
  });

  it('ends with the environment: the apiserver does not know the token any more', async () => {
    const { identity, token, namespace } = await environment();
    const { body } = await askForAccess(token, identity);
    const cluster = await clusterWith(body.kubeconfig);
    await cluster.list(PODS, namespace);

    await terminate(token, identity);

    // The apiserver keeps in mind for some seconds whom it has let in.
    const refusal = () => cluster.list(PODS, namespace).catch((error) => error.status);
    await expect.poll(refusal, { timeout: 30_000, interval: 500 }).toBe(401);
  });

  it('is for administrators, too', async () => {
    const { identity } = await environment();

    expect(await askForAccess(await adminToken(), identity)).toMatchObject({ status: 200 });
  });

  it('does not tell what is not theirs from what is not there', async () => {
    const { identity } = await environment();
    const stranger = someDeveloper();
    const token = await tokenFor(stranger);

    const theirs = await askForAccess(token, identity);
    const none = await askForAccess(token, { dev_id: stranger, project: 'none' });

    expect(theirs).toMatchObject({ status: 404, body: { type: 'urn:berth:problem:not-found' } });
    expect(none).toMatchObject({ status: 404, body: { type: 'urn:berth:problem:not-found' } });
    expect(JSON.stringify(theirs.body).replaceAll(identity.dev_id, '')).toBe(
      JSON.stringify(none.body).replaceAll(stranger, '').replaceAll('none', 'shop'),
    );
  });

  it('is refused once the end was asked for, with what to do', async () => {
    const { identity, token, namespace } = await environment();
    const held = await heldUp(namespace);
    await terminate(token, identity, { Prefer: 'respond-async' });

    const { status, body } = await askForAccess(token, identity);

    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: 'urn:berth:problem:not-ready',
      detail: 'It is being terminated. Start it again, then ask again.',
    });
    await held.letGo();
    await terminate(token, identity);
    expect((await askForAccess(token, identity)).body.detail).toBe('It is terminated. Start it again, then ask again.');
  });

  it('is refused while it is still being provisioned', async () => {
    const developer = someDeveloper();
    const client = await temporalClient();
    const life = await beginLife(client, await unschedulable(developer, '5m'));
    await expect.poll(async () => (await shownBy(client, life.workflowId)).environment.namespace).not.toBeNull();

    const early = await askForAccess(await tokenFor(developer), { dev_id: developer, project: 'shop' });

    const detail = 'It is still being provisioned. Ask again when it is ready.';
    expect(early).toMatchObject({ status: 409, body: { type: 'urn:berth:problem:not-ready', detail } });
    // What the API sees may be past by then: the workflow has the last word.
    const asked = { sealingKey: (await makeOneTimeKey()).sealingKey, seconds: 600 };
    const refusal = await life.executeUpdate(accessUpdate, { args: [asked] }).catch((error) => error.cause);
    expect(refusal).toMatchObject({ type: 'not-ready', message: detail });
  });

  it.each([
    [{ expires_in: '9m' }, '/expires_in must be from 10m to 8h'],
    [{ expires_in: '9h' }, '/expires_in must be from 10m to 8h'],
    [{ expires_in: 3600 }, '/expires_in'],
    [{ expires_in: 'soon' }, '/expires_in must be a duration such as 30m or 8h'],
    [{ namespace: 'kube-system' }, '/namespace is not known here'],
  ])('refuses %o as 400 and says where the fault is', async (wrong, detail) => {
    const developer = someDeveloper();
    const body = { dev_id: developer, project: 'shop', ...wrong };

    const answer = await call(await tokenFor(developer), 'POST', '/environments/kubeconfig', { body });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(detail);
  });
});

async function environment() {
  const developer = someDeveloper();
  const token = await tokenFor(developer);
  const identity = { dev_id: developer, project: 'shop' };
  const { body } = await start(token, { ...identity, template: 'bare' });
  if (body.namespace === null || body.state !== 'ready') throw new Error(`It is not ready: ${JSON.stringify(body)}`);
  return { identity, token, namespace: body.namespace };
}

function everywhere(cluster: Cluster): Promise<unknown> {
  return cluster.read({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'simulated' } });
}

/** Something in a namespace that holds it until it is let go. */
async function heldUp(namespace: string): Promise<{ letGo: () => Promise<unknown> }> {
  const admin = await adminCluster();
  const held = (finalizers: string[]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace, finalizers },
  });
  await admin.apply(held(['example.com/holds-on']));
  return { letGo: () => admin.apply(held([])) };
}

function expectExpiry(expiresAt: string, seconds: number): void {
  expect(expiresAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(Math.abs(Date.parse(expiresAt) - Date.now() - seconds * 1000)).toBeLessThan(60_000);
}

/** When a token says that it expires, in milliseconds since the epoch. */
function expiryIn(token: string): number {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return claims.exp * 1000;
}
