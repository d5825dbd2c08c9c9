import { fresh } from '../observation.ts';
import { RATE_MS } from '../rate.ts';
import { measured, type OfOne } from './memory.ts';
import type { ExpectedStarts, Occupied, QueueLoad, ServersObserved } from './observed.ts';

/** Servers are to be in use up to this part: what comes at once must find room. */
const TARGET = 0.7;
/** From this part on they do all that they can. */
const FULL = 0.95;
/** A backlog is to be gone within so many seconds. */
const GONE_WITHIN_S = 30;
/** Nobody knows what was after so long without a plan; they come every half minute. */
const OUT_OF_SIGHT_MS = 120_000;
/** Tasks that wait for longer wait for a worker, and not only for their turn. */
const BEHIND_S = 2;
/** What one server is taken to do as long as none was busy for long: less than a tenth of what two processors did. */
const UNMEASURED_STARTS_PER_MINUTE = 300;

/** How many servers something asks for; missing where it could not be read in time. */
export interface Ask {
  input: string;
  count: number | undefined;
  why: string;
}

/** What asks for servers of a kind. */
export interface Asks {
  /** How many there must be for what they have in hand. */
  inUse: number | undefined;
  asks: Ask[];
  ofOne: OfOne;
  /** Since when as many cannot keep up with what comes, in milliseconds since the epoch. Missing where they can. */
  behindSinceMs?: number;
}

/**
 * @param running how many there are
 * @param nowMs milliseconds since the epoch
 */
export function asksFor(seen: ServersObserved, running: number, nowMs: number): Asks {
  const [occupied, queue, expected] = [fresh(seen.occupied), fresh(seen.queue), fresh(seen.expected)];
  // None at all do nothing, which shows nothing of what one does.
  const isBehind = running > 0 && (isFull(occupied, running) || (queue !== undefined && isLate(queue)));
  const behindSinceMs = behindBefore(seen, running, nowMs) ?? nowMs;
  const ofOne = isBehind ? measuredBy(seen, running, nowMs - behindSinceMs) : (seen.last?.ofOne ?? {});
  return {
    inUse: occupied && Math.ceil(occupied.servers),
    asks: [
      askOf('what is in use', occupied, (one) => inUse(seen, one)),
      ...(seen.kind === 'workers' ? [askOf('queue', queue, (one) => toKeepUp(one, ofOne, running))] : []),
      askOf('expected starts', expected, (one) => forExpected(one, ofOne)),
    ],
    ofOne,
    ...(isBehind && { behindSinceMs }),
  };
}

/** Since when as many were seen to be behind by one plan after the other. */
function behindBefore({ last }: ServersObserved, running: number, nowMs: number): number | undefined {
  if (last === undefined || last.desired !== running) return undefined;
  // By a clock that was set since then, it cannot be told either.
  return Math.abs(nowMs - last.roundAtMs) > OUT_OF_SIGHT_MS ? undefined : last.behindSinceMs;
}

function askOf<T>(input: string, read: T | undefined, of: (read: T) => Omit<Ask, 'input'>): Ask {
  return read === undefined ? { input, count: undefined, why: '' } : { input, ...of(read) };
}

function inUse({ kind }: ServersObserved, { count, servers }: Occupied): Omit<Ask, 'input'> {
  const what = kind === 'workers' ? 'slots are in use' : 'requests are in flight';
  return { count: Math.ceil(servers / TARGET), why: `${count} ${what}, which fill ${rounded(servers)} of them.` };
}

function toKeepUp(queue: QueueLoad, { tasksPerSecond }: OfOne, running: number): Omit<Ask, 'input'> {
  const { backlog, ageSeconds, addedPerSecond } = queue;
  // Whatever comes is taken at once: how many that takes is told by what they have in hand.
  if (!isLate(queue)) return { count: 0, why: '' };
  const comes = `${rounded(addedPerSecond)} tasks come a second, and ${backlog} wait, for ${rounded(ageSeconds)} s`;
  if (tasksPerSecond === undefined)
    return { count: running + 1, why: `${comes}; what one of them does was never measured.` };
  const count = Math.ceil((addedPerSecond + backlog / GONE_WITHIN_S) / tasksPerSecond);
  return { count, why: `${comes}; one of them does ${rounded(tasksPerSecond)} a second.` };
}

function forExpected({ perMinute, because }: ExpectedStarts, { startsPerMinute }: OfOne): Omit<Ask, 'input'> {
  const ofOne = startsPerMinute ?? UNMEASURED_STARTS_PER_MINUTE;
  const does = `${rounded(ofOne)} a minute${startsPerMinute === undefined ? ' as long as none was busy for long' : ''}`;
  const why = `${because}: ${rounded(perMinute)} starts a minute, and one of them does ${does}.`;
  return { count: Math.ceil(perMinute / ofOne), why };
}

/** @param behindMs for how long so many could not keep up: starts are counted over minutes, and before that they could */
function measuredBy({ queue, startsPerMinute, last }: ServersObserved, running: number, behindMs: number): OfOne {
  const { tasksPerSecond, startsPerMinute: starts } = last?.ofOne ?? {};
  const each = (rate: number | undefined): number | undefined => rate && rate / running;
  const tasks = measured(tasksPerSecond, each(fresh(queue)?.dispatchedPerSecond));
  const ofStarts = behindMs < RATE_MS ? starts : measured(starts, each(fresh(startsPerMinute)));
  return {
    ...(tasks !== undefined && { tasksPerSecond: tasks }),
    ...(ofStarts !== undefined && { startsPerMinute: ofStarts }),
  };
}

function isFull(occupied: Occupied | undefined, running: number): boolean {
  return occupied !== undefined && occupied.servers >= FULL * running;
}

function isLate({ backlog, ageSeconds }: QueueLoad): boolean {
  return backlog > 0 && ageSeconds >= BEHIND_S;
}

function rounded(count: number): number {
  return Math.round(count * 100) / 100;
}
