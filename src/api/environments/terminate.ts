import { isOver } from '../../environment/environment.ts';
import type { Identity } from '../../environment/identity.ts';
import { refuse } from '../http/problems.ts';
import { type LifeRecord, shown } from './life-record.ts';
import type { Lives } from './lives.ts';
import type { Outcome, Wait } from './outcome.ts';
import { runIsOver } from './temporal-errors.ts';

/** As long as a namespace may take whose content lets go of it in its own time. */
const TEARDOWN_WAIT_MS = 300_000;
const MOST_TRIES = 10;

/**
 * Ends an environment, and waits until nothing is left of it. Ending it twice is as ending it once.
 * @throws ProblemError where there is no such environment
 */
export async function terminate(lives: Lives, identity: Identity, wait: Wait): Promise<Outcome> {
  const deadline = Date.now() + wait(TEARDOWN_WAIT_MS);
  const last = await closedLife(lives, identity, deadline);
  if (last.isOpen) return { environment: shown(last), isDone: false };
  if (last.teardown === undefined || isOver(last.environment.state)) return { environment: shown(last), isDone: true };
  const gone = await lives.gone(last.teardown, deadline);
  if (gone !== undefined) return { environment: gone, isDone: true };
  const environment = (await lives.teardown(last.teardown)) ?? last.environment;
  return { environment, isDone: isOver(environment.state) };
}

/** Ends the life that runs, and waits until its own run has closed. */
async function closedLife(lives: Lives, identity: Identity, deadline: number): Promise<LifeRecord> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const latest = await lives.latest(identity);
    if (latest === undefined) throw notFound(identity);
    if (!latest.isOpen) return latest;
    try {
      if (!latest.isEnding) await lives.end(identity, latest.run);
      if (!(await lives.closed(identity, latest.run, deadline))) return { ...latest, isEnding: true };
    } catch (error) {
      if (!runIsOver(error)) throw error;
    }
  }
  throw refuse('terminated-meanwhile', 'It was started by others again and again meanwhile. Terminate it again.');
}

/** The same answer for what is not there and for what is not the caller's. */
export function notFound({ dev_id, project }: Identity) {
  return refuse('not-found', `There is no environment of '${dev_id}' for '${project}'. Check both, or start it.`);
}
