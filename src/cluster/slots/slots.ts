import type { V1Namespace } from '@kubernetes/client-node';
import type { Namespace } from '../../environment/life.ts';
import type { Proof } from '../../environment/proof.ts';
import type { SlotState } from '../../environment/slot.ts';
import type { Cluster } from '../client.ts';
import { ClusterError } from '../errors.ts';
import { SLOT_LABEL } from '../objects/labels.ts';
import { readNamespace } from '../own-namespace.ts';
import { ANNOTATION } from '../ownership.ts';
import { type SeenSlot, seenSlot } from './seen-slot.ts';

/** All slots of the cluster that are ours, as they are now. */
export async function listSlots(cluster: Cluster, ownershipKey: Buffer, signal?: AbortSignal): Promise<SeenSlot[]> {
  const slots: SeenSlot[] = [];
  const kind = { apiVersion: 'v1', kind: 'Namespace' };
  for await (const { items } of cluster.pages<V1Namespace>(kind, SLOT_LABEL, signal))
    slots.push(...items.flatMap((live) => seenSlot(ownershipKey, live) ?? []));
  return slots;
}

/**
 * Has a slot be claimed by whoever comes, from now on. Done twice, it is as done once.
 * @param run by which it was made: whoever has claimed it meanwhile has it
 * @throws ClusterError where it is gone, or about to go
 */
export async function offer(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  run: string,
  isolation: Proof | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const found = await readSlot(cluster, ownershipKey, namespace, run, signal);
  if (found === 'claimed' || found?.state === 'ready') return;
  if (found?.state !== 'making')
    throw new ClusterError(`The namespace ${namespace.name} is gone, or about to go.`, { class: 'final' });
  await enter(cluster, found, 'ready', isolation, signal);
}

/**
 * Takes a slot back, so that nobody can claim it any more. It is to be torn down then.
 * @returns whether it is nobody's: a claim may have been faster, and who claimed it keeps it
 */
export async function withdraw(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  run: string,
  signal?: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const found = await readSlot(cluster, ownershipKey, namespace, run, signal);
    if (found === 'claimed') return false;
    if (found === undefined || (await retire(cluster, found, signal))) return true;
  }
}

/**
 * The same of a slot as it was seen: whatever has happened to it since is respected.
 * @returns whether it is nobody's, and to be torn down
 */
export async function retire(cluster: Cluster, slot: SeenSlot, signal?: AbortSignal): Promise<boolean> {
  if (slot.state === 'going') return true;
  try {
    await enter(cluster, slot, 'going', undefined, signal);
    return true;
  } catch (error) {
    if (error instanceof ClusterError && (error.class === 'conflict' || error.isMissing)) return false;
    throw error;
  }
}

async function enter(
  cluster: Cluster,
  { namespace: { name, uid }, version }: SeenSlot,
  state: SlotState,
  isolation?: Proof,
  signal?: AbortSignal,
): Promise<void> {
  const metadata = {
    name,
    resourceVersion: version,
    labels: { [SLOT_LABEL]: state },
    ...(isolation && { annotations: { [ANNOTATION.proof]: JSON.stringify(isolation) } }),
  };
  await cluster.merge({ apiVersion: 'v1', kind: 'Namespace', metadata }, uid, signal);
}

/** @returns `undefined` where it is gone */
async function readSlot(
  cluster: Cluster,
  ownershipKey: Buffer,
  { name, uid }: Namespace,
  run: string,
  signal?: AbortSignal,
): Promise<SeenSlot | 'claimed' | undefined> {
  const live = await readNamespace(cluster, name, signal);
  if (live?.metadata?.uid !== uid) return undefined;
  const slot = seenSlot(ownershipKey, live);
  return slot?.life.run === run ? slot : 'claimed';
}
