import { fresh } from '../observation.ts';
import { step } from '../step.ts';
import { type Asks, asksFor } from './asks.ts';
import type { ServerLimits } from './limits.ts';
import type { ServersLedger } from './memory.ts';
import type { Fleet, ServerKind, ServersObserved } from './observed.ts';

/** A plan made sooner after a round is no round of its own: what was read has hardly changed. */
const ROUND_MS = 10_000;

/** What is planned for the servers of a kind. */
export interface ServersPlan extends ServersLedger {
  kind: ServerKind;
  /** How many there are; missing where that could not be read. */
  running?: number;
  /** Why, in sentences. */
  reasons: string[];
  /** Whether another plan is to be made soon, since they cannot keep up, and there may be more of them. */
  again: boolean;
}

/** As many servers of a kind as are to be there instead of as many as there are. */
export interface ServersOrder {
  kind: ServerKind;
  from: number;
  to: number;
}

/**
 * Plans how many servers of a kind there should be: as many as the most that anything asks for, within what operators
 * have set. More at once; fewer only after so many quiet rounds, a tenth of them a round, and never fewer than what is
 * in use. What is stale holds: there are not fewer by that.
 * @returns `undefined` where nothing is known of them
 * @param nowMs milliseconds since the epoch
 */
export function planServers(seen: ServersObserved, nowMs: number): ServersPlan | undefined {
  const { kind, last } = seen;
  const fleet = fresh(seen.fleet);
  if (fleet === undefined) return last && heldAs(last, kind);
  const limits = seen.limits ?? fleet.limits;
  const asked = asksFor(seen, fleet.running, nowMs);
  const known = { kind, running: fleet.running, ofOne: asked.ofOne };
  const fixed = whyFixed(fleet, limits);
  if (fixed !== undefined || limits === undefined)
    return { ...known, again: false, desired: fleet.running, quietRounds: 0, roundAtMs: nowMs, reasons: fixed ?? [] };
  const planned = desiredOf({ fleet, limits, asked, last, nowMs });
  const { behindSinceMs } = asked;
  // Where there are to be others, it begins anew with them.
  const goesOn = behindSinceMs !== undefined && planned.desired === fleet.running;
  return { ...known, ...planned, ...(goesOn && { behindSinceMs }) };
}

/** As planned last: for how long they have been behind is not known any more. */
function heldAs({ desired, roundAtMs, ofOne }: ServersLedger, kind: ServerKind): ServersPlan {
  const reasons = ['It cannot be told how many run.'];
  return { kind, desired, roundAtMs, ofOne, quietRounds: 0, again: false, reasons };
}

/** What is to be changed. */
export function serverOrders(plans: readonly ServersPlan[]): ServersOrder[] {
  return plans.flatMap(({ kind, running, desired }) =>
    running === undefined || running === desired ? [] : [{ kind, from: running, to: desired }],
  );
}

/** Why a kind of servers is not scaled here, in sentences; `undefined` where it is. */
export function whyFixed({ autoscaler }: Fleet, limits: ServerLimits | undefined): string[] | undefined {
  if (autoscaler !== undefined) return [`They are left alone: ${autoscaler} scales them.`];
  if (limits === undefined) return ['They are left as they are: set a floor and a ceiling to have them scaled.'];
  return undefined;
}

type Desired = Pick<ServersPlan, 'desired' | 'quietRounds' | 'roundAtMs' | 'reasons' | 'again'>;

interface Known {
  fleet: Fleet;
  limits: ServerLimits;
  asked: Asks;
  last: ServersLedger | undefined;
  nowMs: number;
}

function desiredOf({ fleet, limits, asked, last, nowMs }: Known): Desired {
  const { running, most } = fleet;
  const { asks, inUse = running } = asked;
  const ceiling = Math.min(limits.ceiling, most?.count ?? limits.ceiling);
  const first = { count: limits.floor, why: `The floor is ${limits.floor}.` };
  const { count, why } = asks.reduce<{ count: number; why: string }>(
    (top, { count = 0, why }) => (count > top.count ? { count, why } : top),
    first,
  );
  const reasons = [why];
  if (count > ceiling)
    reasons.push(ceiling < limits.ceiling && most ? most.because : `The ceiling is ${limits.ceiling}.`);
  const wanted = Math.min(count, ceiling);
  const stale = asks.filter((ask) => ask.count === undefined).map(({ input }) => input);
  if (stale.length > 0) reasons.push(`Too old or missing: ${stale.join(', ')}; there are not fewer by that.`);
  // A clock that was ahead, and is not any more, holds nothing up.
  const isRound = last === undefined || Math.abs(nowMs - last.roundAtMs) >= ROUND_MS;
  const roundAtMs = isRound ? nowMs : last.roundAtMs;
  // Whatever operators set: what is in hand is not cut off.
  const least = Math.max(wanted, Math.min(inUse, running));
  if (stale.length > 0 || least >= running) {
    const desired = Math.max(wanted, running);
    return {
      desired,
      quietRounds: 0,
      roundAtMs,
      reasons,
      again: asked.behindSinceMs !== undefined && desired < ceiling,
    };
  }
  // So that they do not grow for ever.
  const quietRounds = Math.min((last?.quietRounds ?? 0) + Number(isRound), limits.quiet_rounds);
  const isTime = isRound && quietRounds >= limits.quiet_rounds;
  const desired = isTime ? Math.max(least, running - step(running)) : running;
  reasons.push(`${least} would do, for ${quietRounds} of ${limits.quiet_rounds} rounds by now.`);
  return { desired, again: false, quietRounds, roundAtMs, reasons };
}
