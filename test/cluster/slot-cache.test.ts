import { randomBytes, randomUUID } from 'node:crypto';
import type { V1Namespace } from '@kubernetes/client-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/capacity/breaker.ts';
import type { Slot } from '../../src/capacity/observation.ts';
import { SLOT_LABEL } from '../../src/cluster/objects/labels.ts';
import { ANNOTATION, ownerMark } from '../../src/cluster/ownership.ts';
import { SlotCache } from '../../src/cluster/slots/slot-cache.ts';
import type { Specification } from '../../src/environment/request.ts';
import { slotIdentity } from '../../src/environment/slot.ts';
import { NEW, NOW, OLD, observed, planned, read, slots, works } from '../capacity/observed.ts';
import { specification } from '../setup/lives.ts';

const KEY = randomBytes(32);
const OLDEST = 'sha256:0';
const wanted = await versionOf(NEW);
const failedThrice = works(NEW, { failedInARow: 3, lastFailedAt: NOW });

const anySlots = fc
  .array(
    fc.tuple(fc.constantFrom(OLDEST, OLD, NEW), fc.constantFrom<Slot['state']>('making', 'ready', 'going'), fc.nat(60)),
    { maxLength: 20 },
  )
  .map((some) => some.flatMap(([digest, state, age]) => slots(1, { digest, state, createdAt: NOW - age * 1000 })));

describe('the slots that a worker gives to those who claim', () => {
  it('are of the versions that a plan serves, in that order, whether the current version is set aside or not', () => {
    fc.assert(
      fc.property(anySlots, fc.constantFrom<Outcome>(works(NEW), failedThrice), (some, outcome) => {
        const { serve } = planned(observed([], { pool: read({ slots: some, outcomes: [outcome, works(OLD)] }) }));

        const given = candidatesAmong(some).map(({ as }) => as.template.digest);

        const ready = some.filter(({ state }) => state === 'ready').map(({ digest }) => digest);
        expect(given.toSorted()).toEqual(ready.toSorted());
        const order = [...new Set(given)];
        expect(order).toEqual(serve.filter((version) => order.includes(version)));
      }),
    );
  });

  it('are never such as are being made, are not as they should be, or are to go, of whatever version', () => {
    const unfit = (['making', 'broken', 'going'] as const).flatMap((state) =>
      [OLD, NEW].flatMap((digest) => slots(1, { digest, state })),
    );

    expect(candidatesAmong(unfit)).toEqual([]);
  });

  it('begin with one of which it is not known whether it was claimed, as long as nobody has changed it', () => {
    const all = slots(50).map((slot) => live(slot));
    const cache = new SlotCache(KEY, () => true);
    for (const namespace of all) cache.see(namespace, false);
    const [doubtful] = cache.candidates(wanted);
    if (doubtful === undefined) throw new Error('There are fifty.');
    const { name } = doubtful.slot.namespace;
    const firstOf = (): string | undefined => cache.candidates(wanted).next().value?.slot.namespace.name;

    cache.putBack(doubtful.slot);
    expect(firstOf()).toBe(name);

    cache.putBack(doubtful.slot);
    for (const { metadata } of all.filter(({ metadata }) => metadata?.name === name))
      cache.see({ metadata: { ...metadata, resourceVersion: '2' } }, false);
    const [first] = [...cache.candidates(wanted)].filter(({ slot }) => slot.namespace.name === name);
    expect(first?.slot.version).toBe('2');
  });

  it('are none of which it is not known just now whether all of them is there', () => {
    const cache = new SlotCache(KEY, () => undefined);
    for (const slot of slots(3)) cache.see(live(slot), false);

    expect([...cache.candidates(wanted)]).toEqual([]);
  });
});

/** What a worker would give that has seen these slots. */
function candidatesAmong(some: readonly Slot[]) {
  const broken = new Set(some.filter(({ state }) => state === 'broken').map(({ name }) => name));
  const cache = new SlotCache(KEY, ({ namespace }) => !broken.has(namespace.name));
  for (const slot of some) cache.see(live(slot), false);
  return [...cache.candidates(wanted)];
}

/** A slot as the cluster has it: that it is broken is not seen by its namespace. */
function live({ name, digest, state, createdAt }: Slot): V1Namespace {
  const uid = randomUUID();
  const identity = slotIdentity('bare', name);
  const made = { ...wanted, ...identity, template: { ...wanted.template, digest } };
  return {
    metadata: {
      ...{ name, uid, resourceVersion: '1', creationTimestamp: new Date(createdAt) },
      labels: { [SLOT_LABEL]: state === 'broken' ? 'ready' : state },
      annotations: {
        [ANNOTATION.developer]: identity.dev_id,
        [ANNOTATION.project]: identity.project,
        [ANNOTATION.life]: JSON.stringify({ run: randomUUID(), nonce: randomUUID() }),
        [ANNOTATION.specification]: JSON.stringify(made),
        [ANNOTATION.ownerMark]: ownerMark(KEY, { name, uid }, identity),
      },
    },
  };
}

async function versionOf(digest: string): Promise<Specification> {
  const asked = await specification('ada');
  return { ...asked, template: { ...asked.template, digest } };
}
