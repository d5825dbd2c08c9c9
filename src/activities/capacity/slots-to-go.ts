import type { SeenSlot } from '../../cluster/slots/seen-slot.ts';
import { listSlots, retire } from '../../cluster/slots/slots.ts';
import { locator } from '../../cluster/whereabouts.ts';
import { type Leftover, leftover } from '../../environment/sweep/leftover.ts';
import type { Dependencies } from '../dependencies.ts';

/**
 * Takes slots back, each by a swap that a claim may win, and finds those that nobody tears down though they are to go.
 * Done twice, it is as done once.
 * @param names the namespaces of the slots that are to go
 */
export async function takeBack(
  { cluster, ownershipKey, workflows }: Pick<Dependencies, 'cluster' | 'ownershipKey' | 'workflows'>,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Leftover[]> {
  const located = locator(cluster);
  const gone: Leftover[] = [];
  for (const slot of await listSlots(cluster, ownershipKey, signal)) {
    const { specification, life, namespace, createdAt, state } = slot;
    const isToGo = state === 'going' || names.includes(namespace.name);
    // What is being made is its maker's to undo.
    if (!isToGo || (state === 'making' && (await isBeingMade(workflows, slot)))) continue;
    if (!(await retire(cluster, slot, signal)) || (await isSeenTo(workflows, slot))) continue;
    const place = await located(namespace, signal);
    gone.push(leftover(specification, life, place, createdAt, 'nobody has claimed it'));
  }
  return gone;
}

/** Whether it is torn down already, or is by whoever makes it. What a teardown has left is a matter of the sweep. */
async function isSeenTo(workflows: Dependencies['workflows'], slot: SeenSlot): Promise<boolean> {
  if (await isBeingMade(workflows, slot)) return true;
  return (await workflows.teardownOf(slot.specification, slot.life.run)).teardown !== 'none';
}

async function isBeingMade(workflows: Dependencies['workflows'], { specification, life }: SeenSlot): Promise<boolean> {
  return (await workflows.makerOf(specification))?.run === life.run;
}
