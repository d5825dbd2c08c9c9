import type { Identity } from '../environment/identity.ts';
import type { Decision } from './decide.ts';

/** So many slots are begun by one plan at the most: the next one sees what has come of them. */
const MOST_MADE = 100;

/** A slot that is to be made: somebody's, or whoever's comes. */
export interface Order {
  template: string;
  digest: string;
  /** Whose it is to be; missing where it is anybody's. */
  identity?: Identity;
}

/** The slots that are to be made, in order: first those that are prepared by name, then one of each pool in turns. */
export function ordersOf({ pools, prepared }: Decision): Order[] {
  const named = prepared.make.map(({ template, digest, dev_id, project }) => ({
    template,
    digest,
    identity: { dev_id, project },
  }));
  const anybodys = pools.flatMap(({ template, make }) => {
    const ofPool = make.flatMap(({ digest, count }) => Array.from({ length: count }, () => ({ template, digest })));
    return ofPool.map((order, turn) => ({ order, turn }));
  });
  const inTurns = anybodys.sort((one, other) => one.turn - other.turn).map(({ order }) => order);
  return [...named, ...inTurns].slice(0, MOST_MADE);
}

/** The names of the slots that are to go. */
export function removalsOf({ pools, prepared }: Decision): string[] {
  return [...prepared.remove, ...pools.flatMap(({ remove }) => remove.map(({ name }) => name))];
}
