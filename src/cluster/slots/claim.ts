import type { Environment } from '../../environment/environment.ts';
import { handedOver } from '../../environment/handed-over.ts';
import type { Life, Namespace } from '../../environment/life.ts';
import type { Specification } from '../../environment/request.ts';
import type { Cluster } from '../client.ts';
import { ClusterError } from '../errors.ts';
import { CLAIMED_BY, SLOT_LABEL } from '../objects/labels.ts';
import { readNamespace } from '../own-namespace.ts';
import { ANNOTATION, birthMark, ownerMark } from '../ownership.ts';
import { recall } from '../recall.ts';
import { type Claimed, findClaimed } from './claimed.ts';
import { setLate } from './late.ts';
import type { SeenSlot } from './seen-slot.ts';

/** Who wants a slot, and how the environment is to be that it becomes. */
export interface Claimant {
  specification: Specification;
  life: Life;
  /** As it is once it is handed over, but for what the slot decides. */
  environment: Environment;
  /** Whether this life may have claimed one already, without having been told so. */
  mayHaveClaimed: boolean;
}

/** A slot that may do, and what it would be made of. */
export interface Candidate {
  slot: SeenSlot;
  as: Specification;
}

/** Where slots are taken from. */
export interface Shelf {
  /** Slots that may do, the best first. Each is off the shelf once it is given here. */
  candidates(wanted: Specification): Iterable<Candidate>;
  /** Puts one back of which it is not known whether it was claimed. */
  putBack(slot: SeenSlot): void;
  /** Is told of one that could not be had: another was faster, or it is gone. */
  lost?(slot: SeenSlot): void;
}

/**
 * Claims a slot by one compare-and-swap on its namespace: whoever else has seen it at the same version is refused. With
 * that it is the environment's own, remembers it, and is known by the life that has it.
 *
 * @returns `undefined` where there is none that does
 * @throws ClusterError where it is not known whether one was claimed: it is to be tried again
 */
export async function claim(
  cluster: Cluster,
  ownershipKey: Buffer,
  shelf: Shelf,
  claimant: Claimant,
  signal?: AbortSignal,
): Promise<Claimed | undefined> {
  if (claimant.mayHaveClaimed) {
    const claimed = await findClaimed(cluster, ownershipKey, claimant.life, { signal });
    const before = claimed.find(({ isGoing }) => !isGoing);
    if (before !== undefined) return await takeOn(cluster, before, signal);
  }
  for (const candidate of shelf.candidates(claimant.specification)) {
    const { slot, as } = candidate;
    const environment = handedOver(claimant.environment, slot, as);
    if (!(await swap(cluster, ownershipKey, shelf, candidate, claimant.life, environment, signal))) {
      shelf.lost?.(slot);
      continue;
    }
    const claimed = { namespace: slot.namespace, specification: as, environment, isGoing: false };
    return await takeOn(cluster, claimed, signal, slot.specification);
  }
  return undefined;
}

/** @returns whether it is ours now; else another was faster, or it is gone */
async function swap(
  cluster: Cluster,
  ownershipKey: Buffer,
  shelf: Shelf,
  { slot, as }: Candidate,
  life: Life,
  environment: Environment,
  signal?: AbortSignal,
): Promise<boolean> {
  const { name, uid } = slot.namespace;
  const metadata = {
    name,
    resourceVersion: slot.version,
    labels: { [SLOT_LABEL]: null, [CLAIMED_BY]: life.run },
    annotations: {
      [ANNOTATION.developer]: as.dev_id,
      [ANNOTATION.project]: as.project,
      [ANNOTATION.life]: JSON.stringify(life),
      [ANNOTATION.birthMark]: birthMark(ownershipKey, name, life, as),
      [ANNOTATION.ownerMark]: ownerMark(ownershipKey, slot.namespace, as),
      [ANNOTATION.specification]: JSON.stringify(as),
      [ANNOTATION.environment]: JSON.stringify(environment),
      [ANNOTATION.proof]: null,
    },
  };
  try {
    await cluster.merge({ apiVersion: 'v1', kind: 'Namespace', metadata }, uid, signal);
    return true;
  } catch (error) {
    // Gone; or refused for good, as by a webhook: who is refused a slot can have an environment built all the same.
    if (error instanceof ClusterError && (error.isMissing || error.class === 'final')) return false;
    // Whoever was faster may have been we: a proxy on the way may send again what it had no answer to.
    if (error instanceof ClusterError && error.class === 'conflict')
      return await isClaimedBy(cluster, ownershipKey, slot.namespace, life, signal);
    shelf.putBack(slot);
    throw error;
  }
}

async function isClaimedBy(
  cluster: Cluster,
  ownershipKey: Buffer,
  { name, uid }: Namespace,
  { run }: Life,
  signal?: AbortSignal,
): Promise<boolean> {
  const live = await readNamespace(cluster, name, signal);
  return live?.metadata?.uid === uid && recall(ownershipKey, live)?.life.run === run;
}

/** @param before what the slot was made of, where that is known */
async function takeOn(
  cluster: Cluster,
  claimed: Claimed,
  signal?: AbortSignal,
  before?: Specification,
): Promise<Claimed> {
  await setLate(cluster, claimed.namespace, claimed.specification, before, signal);
  return claimed;
}
