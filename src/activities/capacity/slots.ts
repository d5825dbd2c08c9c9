import type { Slot } from '../../capacity/observation.ts';
import type { PreparedSlot } from '../../capacity/prepared.ts';
import type { SeenSlot } from '../../cluster/slots/seen-slot.ts';
import { isPrepared, slotWorkflowId } from '../../environment/slot.ts';
import type { Underway } from './history.ts';

/** What there is of slots. */
export interface SeenSlots {
  /** Those that are anybody's, by template. */
  pools: Map<string, Slot[]>;
  prepared: PreparedSlot[];
  /** Those that are ready, and not as they should be. */
  notWhole: string[];
}

/**
 * All slots, those among them of which there is nothing yet but a workflow that is to make them.
 * @param isWhole whether all of a ready slot is there, as far as that is known
 * @param suspects those that were not whole when they were last seen: once may be a glance at the wrong moment
 */
export function seenSlots(
  slots: readonly SeenSlot[],
  underway: readonly Underway[],
  isWhole: (name: string) => boolean | undefined,
  suspects: readonly string[],
): SeenSlots {
  const notWhole = slots
    .filter(({ state, namespace }) => state === 'ready' && isWhole(namespace.name) === false)
    .map(({ namespace }) => namespace.name);
  const broken = new Set(notWhole.filter((name) => suspects.includes(name)));
  const found = slots.map(({ namespace: { name }, specification, state, createdAt }): PreparedSlot => {
    const { dev_id, project, template } = specification;
    const shown = broken.has(name) ? 'broken' : state;
    return {
      dev_id,
      project,
      template: template.name,
      digest: template.digest,
      name,
      state: shown,
      createdAt: +createdAt,
    };
  });
  const known = new Set(found.map(slotWorkflowId));
  const toCome = underway
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
