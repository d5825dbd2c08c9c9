import { versionsOf } from '../environment/slot.ts';
import type { Slot } from './observation.ts';
import { step } from './step.ts';

/** A slot that is to go, and why. */
export interface Removal {
  name: string;
  because: 'broken' | 'outdated' | 'excess';
}

/**
 * The slots that go in this round, for a pool changes step by step: those that can never be handed out first, then ready
 * ones as long as enough of them stay, of the oldest version first.
 * @param stay how many ready ones stay at the least
 * @param digest the version that slots are made of
 */
export function removals(slots: readonly Slot[], stay: number, digest: string): Removal[] {
  const versions = versionsOf(slots, digest);
  const age = (slot: Slot): number => versions.indexOf(slot.digest);
  const sorted = slots.toSorted(
    (one, other) => age(other) - age(one) || one.createdAt - other.createdAt || (one.name < other.name ? -1 : 1),
  );
  const broken = sorted.filter(({ state }) => state === 'broken');
  const ready = sorted.filter(({ state }) => state === 'ready');
  const superfluous = ready.slice(0, Math.max(0, ready.length - stay));
  return [...broken, ...superfluous].slice(0, step(slots.length)).map((slot) => {
    const because = slot.digest === digest ? 'excess' : 'outdated';
    return { name: slot.name, because: slot.state === 'broken' ? 'broken' : because };
  });
}
