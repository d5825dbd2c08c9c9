import type { Identity } from '../../environment/identity.ts';
import { isAwake, isFallingAsleep } from '../../environment/sleep.ts';
import type { Admission } from '../admission/admission.ts';
import { refuse, refuseForNow } from '../http/problems.ts';
import { JOIN_WAIT_MS, join, latestOf } from './join.ts';
import { shown } from './life-record.ts';
import type { Lives } from './lives.ts';
import type { Outcome, Wait } from './outcome.ts';
import { deadlineIn } from './wait-until.ts';
import { withLiving } from './with-living.ts';

/** As long as pods may take that end in their own time. */
const SLEEP_WAIT_MS = 120_000;
/** A worker that runs takes it in milliseconds. */
const EXTEND_WAIT_MS = 10_000;
const TOO_EARLY = 'Only what is ready can be put to sleep. Wait until it is, or terminate it.';

/**
 * Puts an environment to sleep, and waits until nothing of it runs any more. Twice is as once.
 * @throws ProblemError where there is none, or it is not ready
 * @throws WorkflowUpdateFailedError where it was woken or ended meanwhile
 */
export function sleep(lives: Lives, identity: Identity, wait: Wait): Promise<Outcome> {
  const deadline = deadlineIn(wait(SLEEP_WAIT_MS));
  return withLiving(lives, identity, async (life) => {
    const { environment } = life;
    if (environment.state === 'asleep') return { environment, isDone: true };
    if (!isAwake(environment) && !isFallingAsleep(environment)) throw refuse('not-ready', TOO_EARLY);
    const living = lives.living(life);
    const asleep = await living.asleep(deadline);
    if (asleep !== undefined) return { environment: asleep, isDone: true };
    // No worker may have taken the update before the wait ran out: what is answered with 202 must be kept.
    await living.leaveWord('sleep');
    const now = shown(await latestOf(lives, identity));
    return { environment: now, isDone: now.state === 'asleep' };
  });
}

/**
 * Wakes an environment that sleeps, and waits until it is ready. Twice is as once.
 * @throws ProblemError where there is none, or it would be queued for too long
 * @throws WorkflowUpdateFailedError where it could not be woken, and is asleep again
 */
export function wake(lives: Lives, identity: Identity, wait: Wait, admission: Admission): Promise<Outcome> {
  const waitMs = wait(JOIN_WAIT_MS);
  const patience = { waitMs, deadline: deadlineIn(waitMs), admission };
  return withLiving(lives, identity, (life) => join(lives, identity, life, patience));
}

/**
 * Lets an environment stay awake for at least so long from now on.
 * @throws ProblemError where there is none, or no worker takes it now
 * @throws WorkflowUpdateFailedError where it is not ready, or that is more than its template allows
 */
export function extend(lives: Lives, { ttl, ...identity }: Identity & { ttl: string }): Promise<Outcome> {
  return withLiving(lives, identity, async (life) => {
    const environment = await lives.living(life).extend(ttl, deadlineIn(EXTEND_WAIT_MS));
    if (environment !== undefined) return { environment, isDone: true };
    throw refuseForNow('No worker takes this now. Try again shortly: asking twice does no harm.');
  });
}
