import type { V1Namespace } from '@kubernetes/client-node';
import { claimedAs } from '../../environment/claim.ts';
import type { Specification } from '../../environment/request.ts';
import { isPrepared, versionsOf } from '../../environment/slot.ts';
import type { Candidate, Shelf } from './claim.ts';
import { type SeenSlot, seenSlot } from './seen-slot.ts';

/** The slots of a cluster that are ready, as they were seen last. */
export class SlotCache implements Shelf {
  readonly #ownershipKey: Buffer;
  readonly #isWhole: (slot: SeenSlot) => boolean | undefined;
  readonly #ready = new Map<string, SeenSlot>();
  /** The versions of those of which it is not known whether they were claimed, by name. */
  readonly #doubtful = new Map<string, string>();

  /** @param isWhole whether all of a slot is there and runs; `undefined` where that is not known just now */
  constructor(ownershipKey: Buffer, isWhole: (slot: SeenSlot) => boolean | undefined) {
    this.#ownershipKey = ownershipKey;
    this.#isWhole = isWhole;
  }

  /** Takes note of a namespace that has come, changed or gone. */
  see(namespace: V1Namespace, isGone: boolean): void {
    const slot = isGone ? undefined : seenSlot(this.#ownershipKey, namespace);
    if (slot?.state === 'ready') {
      this.#ready.set(slot.namespace.name, slot);
      return;
    }
    for (const known of [this.#ready, this.#doubtful]) known.delete(namespace.metadata?.name ?? '');
  }

  /** Whether all of a slot is there; `undefined` where that is not known, or no such slot was seen to be ready. */
  isWhole(name: string): boolean | undefined {
    const slot = this.#ready.get(name);
    return slot && this.#isWhole(slot);
  }

  /** How many are there, by template; whether each is whole is looked at when it is claimed. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const slot of this.#ready.values()) {
      const { name } = slot.specification.template;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * Those that are held for the developer come first; then those of which it is not known whether they were claimed: whoever
   * changes them has the swap refused that is under way still, or its life would have two. Then come those of the version
   * that a start gets now, and the latest of the earlier ones. Among equals it is chance that decides, so that those who
   * come at once rarely want the same.
   */
  *candidates(wanted: Specification): Generator<Candidate> {
    const slots = shuffled([...this.#ready.values()]);
    const theirs = slots.filter(
      ({ specification: { dev_id, project } }) => dev_id === wanted.dev_id && project === wanted.project,
    );
    const free = slots.filter(
      ({ specification }) => !isPrepared(specification) && specification.template.name === wanted.template.name,
    );
    const doubtful = free.filter(({ namespace, version }) => this.#doubtful.get(namespace.name) === version);
    for (const slot of [...theirs, ...doubtful, ...inOrder(free, wanted.template.digest)]) {
      if (this.#ready.get(slot.namespace.name) !== slot) continue;
      const as = claimedAs(slot.specification, wanted);
      if (as === undefined || this.#isWhole(slot) !== true) continue;
      this.#ready.delete(slot.namespace.name);
      yield { slot, as };
    }
  }

  putBack(slot: SeenSlot): void {
    if (this.#ready.has(slot.namespace.name)) return;
    this.#ready.set(slot.namespace.name, slot);
    this.#doubtful.set(slot.namespace.name, slot.version);
  }
}

/** Those of this version first, then version by version, by the newest slot of each. */
function inOrder(slots: readonly SeenSlot[], current: string): SeenSlot[] {
  const digestOf = ({ specification }: SeenSlot): string => specification.template.digest;
  const seen = slots.map((slot) => ({ digest: digestOf(slot), createdAt: +slot.createdAt }));
  const rank = new Map(versionsOf(seen, current).map((version, index) => [version, index]));
  return slots.toSorted((one, other) => (rank.get(digestOf(one)) ?? 0) - (rank.get(digestOf(other)) ?? 0));
}

/** In an order that nobody can foresee (Fisher and Yates). */
function shuffled<T>(items: readonly T[]): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1));
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}
