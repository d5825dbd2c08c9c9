import type { EventsV1Event, V1Namespace } from '@kubernetes/client-node';
import type { Client } from '@temporalio/client';
import { describe, expect, it, vi } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import type { Drift, Environment } from '../../src/environment/environment.ts';
import { startUpdate } from '../../src/workflows/messages.ts';
import { adminCluster, temporalClient } from '../setup/client.ts';
import { beginLife, shownBy, specification } from '../setup/lives.ts';
import { ADDITIONS, ByHand, DEEDS } from './by-hand.ts';
import { Guests } from './guests.ts';

const RESTORED_MS = 30_000;
const LOOSENED = ['privileged', 'baseline', 'privileged'];
const WITHIN = { timeout: RESTORED_MS, interval: 200 };

const guests = new Guests();

describe('a managed object that somebody edits by hand is restored, with an event and an entry in status:', () => {
  it.each(DEEDS)('$kind $name', async (deed) => {
    const place = await ready();
    const object = new ByHand(place.cluster, place.namespace, deed);
    const before = contentOf(await object.read());

    await object.edit(deed.edit);

    const entry = await told(place, `${deed.kind} ${deed.name}`);
    expect(entry).toMatchObject({ what: 'restored', message: expect.stringContaining(`differed in ${deed.differs}`) });
    expect(contentOf(await object.read())).toEqual(before);
    expect(await eventsAbout(place, deed)).toContainEqual(
      expect.objectContaining({ reason: 'DriftRestored', note: expect.stringContaining(entry.message) }),
    );
    expect((await shown(place)).state).toBe('ready');
  });
});

describe('a managed object that somebody deletes by hand is restored, with an event and an entry in status:', () => {
  it.each(DEEDS)('$kind $name', async (deed) => {
    const place = await ready(deed.kind === 'PersistentVolumeClaim' ? 0 : 1);
    const object = new ByHand(place.cluster, place.namespace, deed);
    const before = await object.read();

    await object.delete();

    const entry = await told(place, `${deed.kind} ${deed.name}`);
    expect(entry).toMatchObject({ what: 'restored', message: expect.stringContaining('was missing') });
    const after = await object.read();
    expect(after?.metadata?.uid).not.toBe(before?.metadata?.uid);
    expect(after?.metadata?.labels).toEqual(before?.metadata?.labels);
    expect(await eventsAbout(place, deed)).toContainEqual(expect.objectContaining({ reason: 'DriftRestored' }));
    const isEmptied = deed.kind === 'PersistentVolumeClaim';
    expect(entry.message.includes('its volume is a new one, and empty')).toBe(isEmptied);
  });
});

it('a namespace whose Pod Security somebody loosens is restored, as often as that is done', async () => {
  const place = await ready();
  const { cluster, namespace: name } = place;
  const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  const level = 'pod-security.kubernetes.io/enforce';
  const read = async () => (await cluster.read<V1Namespace>(reference))?.metadata;

  for (const loosened of LOOSENED) {
    const change = { ...reference, metadata: { name, labels: { [level]: loosened } } };
    await cluster.merge(change, (await read())?.uid ?? '');
    await expect.poll(async () => (await read())?.labels?.[level], WITHIN).toBe('restricted');
  }

  const restored = async () =>
    (await shown(place)).drift?.filter(({ object }) => object === `Namespace ${name}`).length;
  await expect.poll(restored, WITHIN).toBe(LOOSENED.length);
});

describe('what somebody adds is removed where it would open the environment, and is told:', () => {
  it.each(ADDITIONS)('a $kind', async (addition) => {
    const place = await ready();
    const { kind, apiVersion = '', metadata } = addition;
    await place.cluster.create({ ...addition, metadata: { ...metadata, namespace: place.namespace } });

    const entry = await told(place, `${kind} ${metadata.name}`);

    expect(entry).toMatchObject({ what: 'removed', message: expect.stringContaining('was not asked for') });
    const reference = { apiVersion, kind, metadata: { name: metadata.name, namespace: place.namespace } };
    expect(await place.cluster.read(reference)).toBeUndefined();
    expect(await eventsAbout(place, { kind, name: metadata.name })).toContainEqual(
      expect.objectContaining({ reason: 'DriftRemoved' }),
    );
  });
});

it('in the end nothing is left of any of them', {
  meta: { fault: 'objects edited, deleted or added by hand' },
}, async ({ task }) => {
  await guests.closeRow(task, 2 * DEEDS.length + LOOSENED.length + ADDITIONS.length);
});

interface Place {
  client: Client;
  cluster: Cluster;
  id: string;
  namespace: string;
}

/** A real environment with an object of each kind, as the shared worker built it. */
async function ready(replicas = 1): Promise<Place> {
  const [client, cluster] = [await temporalClient(), await adminCluster()];
  const { recipe, ...asked } = await specification(guests.identity().dev_id, 'node');
  const { pods, ...workload } = recipe.workload;
  const { web } = pods;
  if (web === undefined) throw new Error('the template has no such pod');
  const changed = { ...workload, config: { settings: { colour: 'blue' } }, pods: { web: { ...web, replicas } } };
  const life = await beginLife(client, { ...asked, recipe: { ...recipe, workload: changed } });
  const { namespace } = await life.executeUpdate(startUpdate);
  if (namespace === null) throw new Error('What is ready has a namespace.');
  guests.accept((await shownBy(client, life.workflowId)).environment);
  return { client, cluster, id: life.workflowId, namespace };
}

async function shown({ client, id }: Place): Promise<Environment> {
  return (await shownBy(client, id)).environment;
}

/** Waits until status tells of an object. */
function told(place: Place, object: string): Promise<Drift> {
  return vi.waitFor(async () => {
    const { drift = [] } = await shown(place);
    const entry = drift.findLast((one) => one.object === object);
    if (entry === undefined) throw new Error(`Nothing is told of ${object}: ${JSON.stringify(drift)}`);
    return entry;
  }, WITHIN);
}

async function eventsAbout({ cluster, namespace }: Place, { kind, name }: { kind: string; name: string }) {
  const events = await cluster.list<EventsV1Event>({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, namespace);
  return events.filter(({ regarding }) => regarding?.kind === kind && regarding.name === name);
}

function contentOf(object: Record<string, unknown> | undefined): object {
  const { metadata: _, status: __, ...content } = object ?? {};
  return content;
}
