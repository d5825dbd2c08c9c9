import { demandsProof, hasWorkload } from '../../environment/demands.ts';
import { durationMs } from '../../environment/duration.ts';
import type { Environment } from '../../environment/environment.ts';
import { workflowId } from '../../environment/identity.ts';
import type { StartRequest } from '../../environment/request.ts';
import { isAwake } from '../../environment/sleep.ts';
import type { TemplateCatalogue } from '../../templates/catalogue.ts';
import { type Admission, mostQueuedMs } from '../admission/admission.ts';
import { refuse, refuseForNow } from '../http/problems.ts';
import { mustGoOn } from './failing.ts';
import { asAsked, JOIN_WAIT_MS, join, stillGoingOn } from './join.ts';
import { isAlive, type LifeRecord } from './life-record.ts';
import type { Lives } from './lives.ts';
import type { Outcome, Wait } from './outcome.ts';
import { specify } from './specify.ts';
import { runIsOver } from './temporal-errors.ts';
import { type Deadline, deadlineIn } from './wait-until.ts';

/** A life's own run closes as soon as a worker sees that it shall. */
const SUCCESSION_WAIT_MS = 30_000;
/** A life may close between being seen and being joined; that it happens so often is no accident. */
const MOST_TRIES = 10;
const STILL_ENDING = 'The environment before it is still ending. Nothing was started: try again shortly.';

/**
 * When a caller asked, by the machine's clock, in milliseconds since the epoch, and by the one that deadlines go by; for how
 * long they wait; and who lets them in.
 */
interface Asked {
  at: number;
  moment: Deadline;
  wait: Wait;
  admission: Admission;
}

/**
 * Starts an environment, or finds the one that runs, or wakes the one that sleeps, and waits until it is ready.
 * @throws ProblemError where it differs from what runs, cannot be built, or would be queued for too long
 * @throws WorkflowUpdateFailedError where it failed, and was undone or sleeps on
 */
export async function start(
  lives: Lives,
  templates: TemplateCatalogue,
  request: StartRequest,
  wait: Wait,
  admission: Admission,
): Promise<Outcome> {
  const asked: Asked = { at: Date.now(), moment: deadlineIn(0), wait, admission };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const latest = await lives.latest(request);
    try {
      if (!latest?.isOpen) {
        const begun = await begin(lives, templates, request, latest, asked);
        if (begun !== undefined) return begun;
        continue;
      }
      const waitMs = wait(JOIN_WAIT_MS);
      const deadline = asked.moment + waitMs;
      if (isAlive(latest)) return await join(lives, request, latest, { waitMs, deadline, admission });
      mustGoOn(latest);
      // Never the dying one: a fresh one follows it. Until its run has closed nothing of this start is kept anywhere.
      const closed = await lives.closed(
        workflowId(request),
        latest.run,
        Math.max(deadline, asked.moment + SUCCESSION_WAIT_MS),
      );
      if (!closed) throw refuseForNow(STILL_ENDING);
    } catch (error) {
      if (!runIsOver(error)) throw error;
    }
  }
  throw refuse('terminated-meanwhile', 'It was ended by others again and again meanwhile. Start it again.');
}

async function begin(
  lives: Lives,
  templates: TemplateCatalogue,
  request: StartRequest,
  previous: LifeRecord | undefined,
  asked: Asked,
): Promise<Outcome | undefined> {
  const specification = await specify(request, templates);
  const longestMs = durationMs(specification.recipe.deadline);
  const waitMs = asked.wait(longestMs);
  const passes = demandsProof(specification) || hasWorkload(specification) ? 'both queues' : 'tasks of workflows';
  asked.admission.admit(request, mostQueuedMs(waitMs, longestMs), passes);
  const deadline = asked.moment + waitMs;
  const ready = await lives.beginAndAwait(specification, previous?.run, deadline);
  if (ready !== undefined) return (await isStale(lives, request, ready, asked)) ? undefined : asAsked(request, ready);
  // The wait may have run out before Temporal had the start: what is answered with 202 must be there.
  const begun = await lives.latest(request);
  if (begun === undefined || begun.run === previous?.run) await lives.begin(specification);
  return stillGoingOn(lives, request);
}

/**
 * Whether an answer comes from a life that has ended or fallen asleep meanwhile: those who were held up between look and
 * start may share the update of a life that they never saw. A life that began since this caller asked is nobody's past.
 */
async function isStale(lives: Lives, request: StartRequest, answer: Environment, { at }: Asked): Promise<boolean> {
  if (Date.parse(answer.created_at) >= at) return false;
  const latest = await lives.latest(request);
  if (!latest?.isOpen) return true;
  const { environment } = latest;
  return !isAwake(environment) || environment.ready_at !== answer.ready_at;
}
