import type { Slot } from '../../capacity/observation.ts';
import type { PreparedSlot } from '../../capacity/prepared.ts';
import type { SeenSlot } from '../../cluster/slots/seen-slot.ts';
import { durationMs } from '../../environment/duration.ts';
import { isPrepared, slotWorkflowId } from '../../environment/slot.ts';
import type { Underway } from './history.ts';

/** So long after its deadline a slot is made by nobody any more: what is not ready then is undone, and lists lag behind. */
const LATE_MS = 60_000;

/** What there is of slots. */
export interface SeenSlots {
  /** Those that are anybody's, by template. */
  pools: Map<string, Slot[]>;
  prepared: PreparedSlot[];
  /** Those that are ready, and not as they should be. */
  notWhole: string[];
}

/**
 * All slots, those among them of which there is nothing yet but a workflow that is to make them. One that was being made,
 * and that no workflow makes any more, is broken: Temporal may have lost it.
 * @param underway those that workflows make, and those of which it is not counted yet that they have failed
 * @param isWhole whether all of a ready slot is there, as far as that is known
 * @param suspects those that were not whole when they were last seen: once may be a glance at the wrong moment
 */
export function seenSlots(
  slots: readonly SeenSlot[],
  underway: readonly Underway[],
  isWhole: (name: string) => boolean | undefined,
  suspects: readonly string[],
  atMs: number,
): SeenSlots {
  const made = new Map(underway.map((making) => [slotWorkflowId(making), making]));
  const isLate = ({ specification, createdAt }: SeenSlot): boolean =>
    createdAt.getTime() + durationMs(specification.recipe.deadline) + LATE_MS < atMs;
  const isOrphaned = (slot: SeenSlot): boolean =>
    slot.state === 'making' && isLate(slot) && !made.has(slotWorkflowId(slot.specification));

  const notWhole = slots
    .filter(({ state, namespace }) => state === 'ready' && isWhole(namespace.name) === false)
    .map(({ namespace }) => namespace.name);
  const broken = new Set(notWhole.filter((name) => suspects.includes(name)));
  const found = slots.map((slot): PreparedSlot => {
    const { dev_id, project, template } = slot.specification;
    const { name } = slot.namespace;
    const state = broken.has(name) || isOrphaned(slot) ? 'broken' : slot.state;
    return {
      dev_id,
      project,
      template: template.name,
      digest: template.digest,
      name,
      state,
      createdAt: +slot.createdAt,
    };
  });
  // What its maker undoes is in the making until it is counted that it failed, or ever more would be tried meanwhile.
  const known = new Set(
    slots
      .filter((slot) => slot.state !== 'going' || isLate(slot))
      .map(({ specification }) => slotWorkflowId(specification)),
  );
  const toCome = [...made.values()]
    .filter((making) => !known.has(slotWorkflowId(making)))
    .map(({ dev_id, project, template: { name: template, digest }, startedAt }): PreparedSlot => {
      const name = slotWorkflowId({ dev_id, project });
      return { dev_id, project, template, digest, name, state: 'making', createdAt: +startedAt };
    });
  const all = [...found, ...toCome];
  const pools = new Map<string, Slot[]>();
  for (const { dev_id: _, project: __, template, ...slot } of all.filter((one) => !isPrepared(one)))
    pools.set(template, [...(pools.get(template) ?? []), slot]);
  return { pools, prepared: all.filter(isPrepared), notWhole };
}
