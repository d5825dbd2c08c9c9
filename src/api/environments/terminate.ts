import { isOver } from '../../environment/environment.ts';
import { type Identity, teardownId, workflowId } from '../../environment/identity.ts';
import { ProblemError } from '../http/problems.ts';
import { type LifeRecord, shown } from './life-record.ts';
import type { Lives } from './lives.ts';
import { notFound } from './not-found.ts';
import type { Outcome, Wait } from './outcome.ts';
import { runIsOver } from './temporal-errors.ts';
import { type Deadline, deadlineIn } from './wait-until.ts';

/** As long as a namespace may take whose content lets go of it in its own time. */
const TEARDOWN_WAIT_MS = 300_000;
const MOST_TRIES = 10;

/**
 * Ends an environment, and waits until nothing is left of it. Ending it twice is as ending it once.
 * @throws ProblemError where there is no such environment, or where nobody sees to its end
 */
export async function terminate(lives: Lives, identity: Identity, wait: Wait): Promise<Outcome> {
  const deadline = deadlineIn(wait(TEARDOWN_WAIT_MS));
  const last = await closedLife(lives, identity, deadline);
  if (last.isOpen || last.teardown === undefined || isOver(last.environment.state)) return asEnded(last);
  await lives.closed(last.teardown, undefined, deadline);
  const teardown = await lives.teardown(last.teardown);
  return asEnded(teardown ?? { ...last, environment: { ...last.environment, state: 'terminated' } });
}

/** Ends the life that runs, and waits until its own run has closed. One that follows it is nobody's to end here. */
async function closedLife(lives: Lives, identity: Identity, deadline: Deadline): Promise<LifeRecord> {
  let ended: LifeRecord | undefined;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const latest = await lives.latest(identity);
    if (latest === undefined) throw notFound(identity);
    if (ended !== undefined && latest.life !== ended.life) return await asItIsNow(lives, identity, ended);
    if (!latest.isOpen) return latest;
    ended = latest;
    try {
      if (!latest.isEnding) await lives.end(identity, latest.run);
      // Its end is kept all the same, and comes once that is mended.
      const isHeldUp = latest.failingSince !== undefined;
      const isClosed = !isHeldUp && (await lives.closed(workflowId(identity), latest.run, deadline));
      if (!isClosed) return { ...(await asItIsNow(lives, identity, latest)), isEnding: true };
    } catch (error) {
      if (!runIsOver(error)) throw error;
    }
  }
  throw new Error('A life that was ended went on in one new run after the other.');
}

/** A life that was seen before, whatever has followed it. */
async function asItIsNow(lives: Lives, identity: Identity, seen: LifeRecord): Promise<LifeRecord> {
  const now = (await lives.latest(identity, seen.run)) ?? seen;
  // Had it gone on in one more run, that one would know its teardown.
  return { ...now, teardown: now.teardown ?? (now.isOpen ? undefined : teardownId(identity, seen.life)) };
}

/** That nothing is left is said only where it was seen: a run that was ended by hand has not looked. */
function asEnded(life: LifeRecord): Outcome {
  const environment = shown(life);
  if (!life.isOpen && !isOver(life.environment.state) && environment.problem)
    throw new ProblemError(environment.problem);
  return { environment, isDone: isOver(environment.state) };
}
