import { describe, expect, it } from 'vitest';
import type { Ended, Underway } from '../../src/activities/capacity/history.ts';
import { justFailed } from '../../src/activities/capacity/just-failed.ts';
import { seenSlots } from '../../src/activities/capacity/slots.ts';
import type { SeenSlot } from '../../src/cluster/slots/seen-slot.ts';
import { slotIdentity } from '../../src/environment/slot.ts';
import { NEW, NOW } from './observed.ts';

const MINUTE_MS = 60_000;
const template = { name: 'node', digest: NEW };

/** A slot whose template gives it two minutes. */
const slot = (id: string, state: SeenSlot['state'], ageMs = 0): SeenSlot => {
  const specification = { ...slotIdentity('node', id), template, recipe: { deadline: '2m' } };
  const namespace = { name: `dev-slot-node-${id}`, uid: id };
  return { specification, namespace, state, createdAt: new Date(NOW - ageMs) } as SeenSlot;
};
const making = (id: string): Underway => ({ ...slotIdentity('node', id), template, startedAt: new Date(NOW) });
const states = (slots: SeenSlot[], underway: Underway[] = [], notWhole: string[] = [], suspects: string[] = []) => {
  const { pools } = seenSlots(slots, underway, (name) => !notWhole.includes(name), suspects, NOW);
  return (pools.get('node') ?? []).map(({ state }) => state);
};

describe('slots as a plan sees them', () => {
  it('are those in the cluster, and those of which there is only a workflow yet', () => {
    expect(states([slot('a', 'ready'), slot('b', 'making')], [making('b'), making('c')])).toEqual([
      'ready',
      'making',
      'making',
    ]);
  });

  it('are broken where they were not whole twice', () => {
    const ready = slot('a', 'ready');
    const { name } = ready.namespace;

    expect(states([ready], [], [name])).toEqual(['ready']);
    expect(states([ready], [], [name], [name])).toEqual(['broken']);
  });

  it('are broken where they were being made, and no workflow makes them a minute after their deadline', () => {
    expect(states([slot('a', 'making', 2.9 * MINUTE_MS)])).toEqual(['making']);
    expect(states([slot('a', 'making', 3.1 * MINUTE_MS)], [making('a')])).toEqual(['making']);
    expect(states([slot('a', 'making', 3.1 * MINUTE_MS)])).toEqual(['broken']);
  });

  it('are in the making while their maker undoes them, though not for ever', () => {
    expect(states([slot('a', 'going')])).toEqual(['going']);
    expect(states([slot('a', 'going')], [making('a')])).toEqual(['going', 'making']);
    expect(states([slot('a', 'going', 3.1 * MINUTE_MS)], [making('a')])).toEqual(['going']);
  });

  it('are in the making until it is counted that they have failed', () => {
    const ended = (id: string, endedAtMs: number, failure?: string): Ended => ({
      ...{ ...slotIdentity('node', id), template: 'node', digest: NEW, endedAtMs, tookMs: 1000 },
      ...{ by: { workflowId: id, runId: id }, ...(failure !== undefined && { failure }) },
    });
    const uncounted = justFailed([ended('a', NOW - 1, 'no'), ended('b', NOW, 'no'), ended('c', NOW)], NOW);

    expect(uncounted).toMatchObject([slotIdentity('node', 'b')]);
    expect(states([], [...uncounted, making('b')])).toEqual(['making']);
  });
});
