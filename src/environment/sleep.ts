import { durationMs } from './duration.ts';
import { advance, type Environment } from './environment.ts';
import type { Problem } from './problem.ts';

/** Whether an environment can be used, be it not all as it should be, and nobody is just putting it to sleep. */
export function isAwake(environment: Environment): boolean {
  return ['ready', 'degraded'].includes(environment.state) && !isFallingAsleep(environment);
}

/** Whether an environment is just being put to sleep: it is asleep once nothing of it runs any more. */
export function isFallingAsleep({ steps }: Environment): boolean {
  return steps.some(({ name, state }) => name === 'sleep' && state === 'running');
}

/** What tells one sleep of an environment from the next: when it began. `undefined` where it never slept. */
export function lastSleep({ steps }: Environment): string | undefined {
  return steps.findLast(({ name }) => name === 'sleep')?.started_at;
}

/** Whether of two accounts of one life the first is of a later moment: it became ready, fell asleep or was extended since. */
export function isLater(one: Environment, other: Environment): boolean {
  const [turn, otherTurn] = [lastTurn(one), lastTurn(other)];
  return turn > otherTurn || (turn === otherTurn && (one.expires_at ?? '') > (other.expires_at ?? ''));
}

function lastTurn({ ready_at = '', asleep_since = '' }: Environment): string {
  return ready_at > asleep_since ? ready_at : asleep_since;
}

/** The environment, ready from now on until its time is over. */
export function ready(environment: Environment, at: Date, ttl: string): Environment {
  return { ...advance(environment, 'ready'), ready_at: at.toISOString(), expires_at: after(at, ttl) };
}

/** The environment with at least so much time from now on: what it has already is never taken from it. */
export function extended(environment: Environment, at: Date, ttl: string): Environment {
  const { expires_at: has = '' } = environment;
  const wanted = after(at, ttl);
  return { ...environment, expires_at: wanted > has ? wanted : has };
}

/**
 * The environment, asleep from now on: it is deleted when its retention is over.
 * @param problem what kept it from waking, where that was tried
 */
export function asleep(environment: Environment, at: Date, retain: string, problem?: Problem): Environment {
  const { expires_at: _, ...kept } = advance(environment, 'asleep');
  const since = { asleep_since: at.toISOString(), retained_until: after(at, retain) };
  return { ...kept, ...since, ...(problem && { problem }) };
}

/** The environment on its way from asleep to ready. */
export function waking(environment: Environment): Environment {
  const { asleep_since: _, retained_until: __, ...kept } = advance(environment, 'provisioning');
  return kept;
}

function after(at: Date, duration: string): string {
  return new Date(at.getTime() + durationMs(duration)).toISOString();
}
