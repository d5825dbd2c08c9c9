import type { SlotState } from '../slot.ts';

/**
 * What is to become of a namespace: `foreign` ones are nobody's business here. `missing` are those that are gone while the
 * workflows of their environments go on, and `superseded` those whose name a later life of the same environment bears.
 */
export type Verdict = 'foreign' | 'keep' | 'adopt' | 'undo' | 'wait' | 'missing' | 'superseded';

/** What is decided, and why. */
export interface Decision {
  verdict: Verdict;
  reason: string;
  /** Nothing is done about it, and somebody should look at it. */
  isOdd?: true;
}

/** What is known of a namespace that bears Berth's label. */
export type Known = { mark: 'foreign' } | { mark: 'neighbour' } | { mark: 'unreadable' } | Ours;

/** A namespace that bears our mark, and says which life of which environment made it. */
export interface Ours {
  mark: 'ours';
  /** Whether anybody was ever given it. */
  wasEverReady: boolean;
  /** What it is doing, where it is a warm slot. */
  slot?: SlotState;
  createdAt: Date;
  /** How long its provisioning may take, in milliseconds. */
  deadlineMs: number;
  /** When its deletion was asked for. */
  deletedAt?: Date;
  /** Which life of its environment a workflow leads that is open now. */
  workflow: 'its own' | 'of another life' | 'none';
  /** Whether that workflow leads another namespace: a claim that was taken for lost may be done yet. */
  isBeside?: boolean;
  /** Whether a teardown is at work on it, or was. */
  teardown: 'open' | 'over' | 'none';
  /** When the one began that is at work on it. */
  tornDownSince?: Date;
}

/** Content may take some minutes to let go of its namespace. */
const LONG_ENDING_MS = 600_000;

/**
 * Decides what is to become of a namespace. What is not ours is never touched, and what was ever ready never deleted.
 * @param graceMs how long after its provisioning must have ended a namespace is left that nobody was given
 */
export function decide(known: Known, now: Date, graceMs: number): Decision {
  if (known.mark === 'foreign') return { verdict: 'foreign', reason: 'it does not bear our mark' };
  if (known.mark === 'neighbour') return { verdict: 'keep', reason: 'it is the neighbour of proofs' };
  if (known.mark === 'unreadable')
    return { verdict: 'keep', reason: 'it is ours, and what it remembers cannot be read', isOdd: true };
  return known.deletedAt === undefined
    ? decideOurs(known, now, graceMs)
    : ending('it is being deleted', known.deletedAt, now);
}

function decideOurs(known: Ours, now: Date, graceMs: number): Decision {
  if (known.slot === 'ready') return { verdict: 'keep', reason: 'it is a slot that waits to be claimed' };
  if (known.workflow === 'its own' && known.isBeside)
    return {
      verdict: 'keep',
      reason: 'its life has another namespace: this one goes with it, or by hand',
      isOdd: true,
    };
  if (known.workflow === 'its own') return { verdict: 'keep', reason: 'its workflow goes on' };
  if (known.teardown === 'open') return ending('it is being torn down', known.tornDownSince ?? now, now);
  // Its end was asked for: what was given up by somebody is not brought back.
  if (known.teardown === 'over')
    return { verdict: 'keep', reason: 'its teardown was ended before it was gone: delete it by hand', isOdd: true };
  if (known.wasEverReady) return lost(known.workflow);
  const undoneAt = new Date(known.createdAt.getTime() + known.deadlineMs + graceMs);
  const reason = 'it lacks its workflow, and was never ready';
  if (now > undoneAt) return { verdict: 'undo', reason };
  return { verdict: 'wait', reason: `${reason}: it is undone after ${undoneAt.toISOString()}` };
}

function lost(workflow: 'of another life' | 'none'): Decision {
  if (workflow === 'none') return { verdict: 'adopt', reason: 'it was ready, and lacks its workflow' };
  const reason = 'it was ready, and another life of its environment goes on: it is taken up once that is terminated';
  return { verdict: 'wait', reason, isOdd: true };
}

function ending(what: string, since: Date, now: Date): Decision {
  const reason = `${what} since ${since.toISOString()}`;
  const isLong = now.getTime() - since.getTime() > LONG_ENDING_MS;
  return { verdict: 'keep', reason, ...(isLong && { isOdd: true }) };
}
