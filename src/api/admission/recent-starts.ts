import { type Identity, workflowId } from '../../environment/identity.ts';

/** A sample of what waits need not be all of it. */
const MOST_KEPT = 2000;

interface Start {
  at: number;
  developer: string;
}

/**
 * The starts that this server has passed on lately, each environment once: a sample of what waits. Temporal gives
 * developers their turns one after the other, so who has few starts waiting is not behind all of somebody who has many.
 */
export class RecentStarts {
  /** In the order in which they came. */
  readonly #byId = new Map<string, Start>();

  add(identity: Identity, at: number): void {
    const id = workflowId(identity);
    this.#byId.delete(id);
    this.#byId.set(id, { at, developer: identity.dev_id });
    const [oldest] = this.#byId.keys();
    if (this.#byId.size > MOST_KEPT && oldest !== undefined) this.#byId.delete(oldest);
  }

  /** Whether one of this environment came after a moment. */
  has(identity: Identity, moment: number): boolean {
    return (this.#byId.get(workflowId(identity))?.at ?? Number.NEGATIVE_INFINITY) > moment;
  }

  /** How many came after a moment. */
  countSince(at: number): number {
    return this.#since(at).length;
  }

  /** The share of those since a moment whose turn comes before the next one of a developer. */
  shareBefore(developer: string, at: number): number {
    return shareBefore(
      developer,
      Map.groupBy(this.#since(at), (start) => start.developer),
    );
  }

  #since(moment: number): Start[] {
    return [...this.#byId.values()].filter(({ at }) => at > moment);
  }
}

/** Of each developer as many come first as the asking one has, with this one. Where nobody is known, all do. */
export function shareBefore(developer: string, waiting: ReadonlyMap<string, { length: number }>): number {
  const counts = [...waiting.values()].map(({ length }) => length);
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return 1;
  const turn = (waiting.get(developer)?.length ?? 0) + 1;
  return counts.reduce((sum, count) => sum + Math.min(count, turn), 0) / all;
}
