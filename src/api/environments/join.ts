import type { Environment } from '../../environment/environment.ts';
import type { Identity } from '../../environment/identity.ts';
import { differences, type StartRequest } from '../../environment/request.ts';
import { isAwake, isFallingAsleep } from '../../environment/sleep.ts';
import { type Admission, mostQueuedMs, type Passes } from '../admission/admission.ts';
import { ProblemError, refuse } from '../http/problems.ts';
import { mustGoOn } from './failing.ts';
import { type LifeRecord, shown } from './life-record.ts';
import type { Lives } from './lives.ts';
import type { Outcome } from './outcome.ts';
import type { Deadline } from './wait-until.ts';

/** For those who join what another began, or wait for what slept. */
export const JOIN_WAIT_MS = 300_000;

/** For how long a caller waits, in milliseconds, until when that is, and who lets in what has to be woken. */
export interface Patience {
  waitMs: number;
  deadline: Deadline;
  admission: Admission;
}

/**
 * Waits until a life that goes on is ready, and wakes it where it sleeps: that is queued as a start is.
 * @throws ProblemError where it is not as asked, or would have to be woken and be queued for too long
 */
export async function join(
  lives: Lives,
  request: StartRequest,
  life: LifeRecord,
  { waitMs, deadline, admission }: Patience,
): Promise<Outcome> {
  const outcome = asAsked(request, shown(life));
  if (outcome.isDone) return outcome;
  mustGoOn(life);
  if (sleeps(life.environment)) admission.admit(request, mostQueuedMs(waitMs, JOIN_WAIT_MS), passesToWake(life));
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
  // What is asleep may tell what kept it from waking the last time; what is degraded, what is not as it should be.
  if (environment.problem && !sleeps(environment) && !isAwake(environment)) throw new ProblemError(environment.problem);
  return asAsked(request, environment);
}

/** What runs may have been begun by another caller, who asked for something else. */
export function asAsked(request: StartRequest, environment: Environment): Outcome {
  const others = differences(request, environment);
  if (others.length === 0) return { environment, isDone: isAwake(environment) };
  const detail = `It runs with something else: ${others.join('; ')}. Leave that out to use it, or terminate it first.`;
  throw refuse('differs-from-running', detail);
}

/** The life that was just spoken to. */
export async function latestOf(lives: Lives, identity: Identity): Promise<LifeRecord> {
  const latest = await lives.latest(identity);
  if (latest === undefined) throw new Error('The run that was just spoken to cannot be found.');
  return latest;
}

/** What was made before it was asked for shows no step of its pods, until it is woken: it may have some. */
function passesToWake({ environment: { steps, provisioned_from } }: LifeRecord): Passes {
  const mayHavePods = provisioned_from !== 'cold' || steps.some(({ name }) => name === 'workload');
  return mayHavePods ? 'both queues' : 'tasks of workflows';
}

function sleeps(environment: Environment): boolean {
  return environment.state === 'asleep' || isFallingAsleep(environment);
}
