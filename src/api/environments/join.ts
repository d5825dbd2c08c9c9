import type { Environment } from '../../environment/environment.ts';
import type { Identity } from '../../environment/identity.ts';
import { differences, type StartRequest } from '../../environment/request.ts';
import { isFallingAsleep, isReady } from '../../environment/sleep.ts';
import { ProblemError, refuse } from '../http/problems.ts';
import { mustGoOn } from './failing.ts';
import { type LifeRecord, shown } from './life-record.ts';
import type { Lives } from './lives.ts';
import type { Outcome } from './outcome.ts';
import type { Deadline } from './wait-until.ts';

/** For those who join what another began, or wait for what slept. */
export const JOIN_WAIT_MS = 300_000;

/**
 * Waits until a life that goes on is ready, and wakes it where it sleeps.
 * @throws ProblemError where it is not as asked
 */
export async function join(
  lives: Lives,
  request: StartRequest,
  life: LifeRecord,
  deadline: Deadline,
): Promise<Outcome> {
  const outcome = asAsked(request, shown(life));
  if (outcome.isDone) return outcome;
  mustGoOn(life);
  const living = lives.living(life);
  const ready = await living.awake(deadline);
  if (ready !== undefined) return asAsked(request, ready);
  // No worker may have taken the update before the wait ran out: what is answered with 202 must be kept.
  if (sleeps(life.environment)) await living.leaveWord('wake');
  return await stillGoingOn(lives, request);
}

/** What is answered where the wait ran out, or nobody waits. */
export async function stillGoingOn(lives: Lives, request: StartRequest): Promise<Outcome> {
  const latest = await latestOf(lives, request);
  mustGoOn(latest);
  const environment = shown(latest);
  // What is asleep may tell what kept it from waking the last time.
  if (environment.problem && !sleeps(environment)) throw new ProblemError(environment.problem);
  return asAsked(request, environment);
}

/** What runs may have been begun by another caller, who asked for something else. */
export function asAsked(request: StartRequest, environment: Environment): Outcome {
  const others = differences(request, environment);
  if (others.length === 0) return { environment, isDone: isReady(environment) };
  const detail = `It runs with something else: ${others.join('; ')}. Leave that out to use it, or terminate it first.`;
  throw refuse('differs-from-running', detail);
}

/** The life that was just spoken to. */
export async function latestOf(lives: Lives, identity: Identity): Promise<LifeRecord> {
  const latest = await lives.latest(identity);
  if (latest === undefined) throw new Error('The run that was just spoken to cannot be found.');
  return latest;
}

function sleeps(environment: Environment): boolean {
  return environment.state === 'asleep' || isFallingAsleep(environment);
}
