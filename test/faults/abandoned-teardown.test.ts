import type { EventsV1Event } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { adminCluster, adminToken, someDeveloper, start, status, temporalClient, terminate } from '../setup/client.ts';
import {
  FINALIZER,
  giveUp,
  hold,
  LATER,
  NAMED_WITHIN,
  someEnvironment,
  teardownMessage,
  webhookThatIsDown,
} from '../setup/held.ts';
import { beginLife, specification } from '../setup/lives.ts';
import { Guests } from './guests.ts';

const guests = new Guests();

describe('a teardown that is stuck', () => {
  it('can be given up by an administrator: it ends, and says who did so, why, and what is left behind', async () => {
    const { token, identity, namespace } = await someEnvironment(guests);
    const admin = await adminToken();
    const release = await hold('ConfigMap', 'held', namespace);
    await terminate(token, identity, LATER);
    await expect.poll(() => teardownMessage(token, identity), NAMED_WITHIN).toContain('ConfigMap held');

    const early = await giveUp(admin, identity, 'the disk is gone');
    const developers = await giveUp(token, identity, 'I am in a hurry');
    const unreasoned = await giveUp(admin, identity, ' ');
    await expect.poll(async () => (await giveUp(admin, identity, 'the disk is gone')).status, NAMED_WITHIN).toBe(200);

    expect([early, developers, unreasoned].map(({ status }) => status)).toEqual([409, 403, 400]);
    const { body } = await status(token, identity);
    expect(body).toMatchObject({
      state: 'terminated',
      abandoned: {
        by: expect.stringMatching(/^the administrator with the token [0-9a-f]{12}$/),
        reason: 'the disk is gone',
        left: expect.stringContaining(`ConfigMap held (finalizer ${FINALIZER})`),
      },
    });
    expect(body.steps.at(-1)).toMatchObject({ name: 'teardown', state: 'cancelled' });
    const cluster = await adminCluster();
    const events = await cluster.list<EventsV1Event>({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, 'berth-system');
    const told = events.filter(({ note }) => note?.includes(`teardown/${identity.dev_id}/`));
    expect(told).toMatchObject([
      { reason: 'TeardownAbandoned', type: 'Warning', note: expect.stringContaining('disk') },
    ]);
    // It removes no finalizer: what is left goes when it is let go.
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    expect(await cluster.read(reference)).toBeDefined();
    await release();
    await expect.poll(() => cluster.read(reference), NAMED_WITHIN).toBeUndefined();
  });

  it('does not keep its developer from a fresh start, and is found beside it', async () => {
    const { token, identity, namespace } = await someEnvironment(guests);
    const release = await hold('ConfigMap', 'held', namespace);
    await terminate(token, identity, LATER);
    await expect.poll(() => teardownMessage(token, identity), NAMED_WITHIN).toContain('ConfigMap held');

    const fresh = await start(token, { ...identity, template: 'bare' });

    expect(fresh).toMatchObject({ status: 200, body: { state: 'ready' } });
    guests.accept(fresh.body);
    expect(fresh.body.namespace).not.toBe(namespace);
    const admin = await adminToken();
    await expect.poll(async () => (await giveUp(admin, identity, 'it is not needed')).status, NAMED_WITHIN).toBe(200);
    expect((await status(token, identity)).body).toMatchObject({ state: 'ready', namespace: fresh.body.namespace });
    await release();
    expect((await terminate(token, identity)).body).toMatchObject({ state: 'terminated' });
  });

  it('of a failed provisioning leaves it failed, and does not say that everything is undone', async () => {
    const identity = guests.identity();
    const [admin, cluster, client] = [await adminToken(), await adminCluster(), await temporalClient()];
    const name = `dev-${identity.dev_id}`;
    const lift = await webhookThatIsDown(cluster, name);
    const asked = await specification(identity.dev_id, 'node');
    const workload = { ...asked.recipe.workload, volumes: { home: { size: '1000Gi' } } };
    const life = await beginLife(client, { ...asked, recipe: { ...asked.recipe, workload } });
    await expect.poll(() => teardownMessage(admin, identity), NAMED_WITHIN).toContain('keep.example.com');

    await expect
      .poll(async () => (await giveUp(admin, identity, 'the disk is gone')).status, NAMED_WITHIN)
      .toBeLessThan(300);

    await expect(life.result()).rejects.toThrow();
    const { body } = await status(admin, identity);
    guests.accept(body);
    expect(body).toMatchObject({ state: 'failed', abandoned: { reason: 'the disk is gone' } });
    expect(body.problem?.detail).toContain('given up by the administrator');
    expect(body.problem?.detail).not.toContain('undone');
    await lift();
    const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await cluster.delete(reference, (await cluster.read(reference))?.metadata?.uid ?? '');
  });

  it('is not what an environment that runs is, nor one that is gone', async () => {
    const { token, identity } = await someEnvironment(guests);
    const admin = await adminToken();

    const running = await giveUp(admin, identity, 'any');
    expect(running).toMatchObject({ status: 409, body: { type: 'urn:berth:problem:not-stuck' } });
    expect((await status(token, identity)).body.state).toBe('ready');
    await terminate(token, identity);
    expect(await giveUp(admin, identity, 'any')).toMatchObject({ status: 409 });
    expect(await giveUp(admin, { dev_id: someDeveloper(), project: 'shop' }, 'any')).toMatchObject({ status: 404 });
  });
});

it('in the end nothing is left of any of them', { meta: { fault: 'teardown given up by an administrator' } }, async ({
  task,
}) => {
  await guests.closeRow(task, 4);
});
