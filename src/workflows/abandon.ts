import { log, setHandler, TemporalFailure, Trigger, workflowInfo } from '@temporalio/workflow';
import { type Abandonment, abandonmentText } from '../environment/abandonment.ts';
import { problem } from '../environment/problem.ts';
import { telling } from './activity-options.ts';
import { failureOf } from './failure.ts';
import { abandonUpdate } from './messages.ts';

/** Whatever takes no longer is no reason to leave anything behind: pods alone have half a minute to end. */
const STUCK_AFTER_MS = 30_000;

/**
 * Does something until it is done, or an administrator has it go on without what is left.
 *
 * No version marker is needed: none of this does anything before that message, which no older code has ever taken.
 *
 * @param whatIsLeft what was last seen, in the words of status
 * @param since when it was begun, be it by an earlier run
 * @returns who gave it up and why, where somebody did
 */
export async function unlessAbandoned(
  run: () => Promise<void>,
  whatIsLeft: () => string,
  since: Date,
): Promise<Abandonment | undefined> {
  const given = new Trigger<Abandonment>();
  const giveUp = ({ by, reason }: Pick<Abandonment, 'by' | 'reason'>): Abandonment => {
    const abandoned = { by, at: new Date().toISOString(), reason, left: whatIsLeft() };
    given.resolve(abandoned);
    return abandoned;
  };
  // What is refused before it is taken leaves nothing in the history, however often it is asked.
  setHandler(abandonUpdate, giveUp, { validator: (_) => mustBeStuck(Date.now() - since.getTime()) });
  // What goes on with it is told by Temporal, once this workflow is over, that it need not.
  return await Promise.race([run().then(() => undefined), given]);
}

/** Tells operators, who can be told also where the cluster is what is gone. */
export async function tellOperators(abandoned: Abandonment): Promise<void> {
  const { workflowId } = workflowInfo();
  const note = `${workflowId} was ${abandonmentText(abandoned)}`;
  log.warn(note);
  try {
    await telling.reportAbandonment(workflowId, note);
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
  }
}

function mustBeStuck(forMs: number): void {
  if (forMs >= STUCK_AFTER_MS) return;
  const seconds = Math.floor(forMs / 1000);
  const detail = `It has been torn down for ${seconds} s only. Wait until status has shown for ${STUCK_AFTER_MS / 1000} s what holds it.`;
  throw failureOf(problem('not-stuck', detail));
}
