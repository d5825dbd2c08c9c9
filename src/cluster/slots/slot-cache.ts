import type { V1Namespace } from '@kubernetes/client-node';
import { claimedAs } from '../../environment/claim.ts';
import type { Specification } from '../../environment/request.ts';
import { isPrepared } from '../../environment/slot.ts';
import type { Candidate, Shelf } from './claim.ts';
import { type SeenSlot, seenSlot } from './seen-slot.ts';

/** The slots of a cluster that are ready, as they were seen last. */
export class SlotCache implements Shelf {
  readonly #ownershipKey: Buffer;
  readonly #isWhole: (slot: SeenSlot) => boolean;
  readonly #ready = new Map<string, SeenSlot>();

  /** @param isWhole whether all of a slot is there, as far as has been seen, and runs */
  constructor(ownershipKey: Buffer, isWhole: (slot: SeenSlot) => boolean) {
    this.#ownershipKey = ownershipKey;
    this.#isWhole = isWhole;
  }

  /** Takes note of a namespace that has come, changed or gone. */
  see(namespace: V1Namespace, isGone: boolean): void {
    const slot = isGone ? undefined : seenSlot(this.#ownershipKey, namespace);
    if (slot?.state === 'ready') this.#ready.set(slot.namespace.name, slot);
    else this.#ready.delete(namespace.metadata?.name ?? '');
  }

  /** Whether all of a slot is there; `undefined` where no such slot has been seen to be ready. */
  isWhole(name: string): boolean | undefined {
    const slot = this.#ready.get(name);
    return slot && this.#isWhole(slot);
  }

  /**
   * Those that are held for the developer come first; then those of the version that a start gets now. Among the others
   * it is chance that decides, so that those who come at once rarely want the same.
   */
  *candidates(wanted: Specification): Generator<Candidate> {
    const slots = [...this.#ready.values()].filter(
      ({ specification }) => specification.template.name === wanted.template.name,
    );
    const isTheirs = ({ specification: { dev_id, project } }: SeenSlot): boolean =>
      dev_id === wanted.dev_id && project === wanted.project;
    const free = shuffled(slots.filter(({ specification }) => !isPrepared(specification)));
    const [current, earlier] = [true, false].map((isCurrent) =>
      free.filter(({ specification }) => (specification.template.digest === wanted.template.digest) === isCurrent),
    );
    for (const slot of [...slots.filter(isTheirs), ...(current ?? []), ...(earlier ?? [])]) {
      if (this.#ready.get(slot.namespace.name) !== slot) continue;
      const as = claimedAs(slot.specification, wanted);
      if (as === undefined || !this.#isWhole(slot)) continue;
      this.#ready.delete(slot.namespace.name);
      yield { slot, as };
    }
  }

  putBack(slot: SeenSlot): void {
    if (!this.#ready.has(slot.namespace.name)) this.#ready.set(slot.namespace.name, slot);
  }
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
