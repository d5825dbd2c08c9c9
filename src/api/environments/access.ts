import { accessFault } from '../../environment/access.ts';
import { isDefect } from '../../environment/defect.ts';
import { durationMs } from '../../environment/duration.ts';
import type { Identity } from '../../environment/identity.ts';
import { makeOneTimeKey } from '../../environment/sealing.ts';
import { ProblemError, refuse, refuseForNow } from '../http/problems.ts';
import type { Lives } from './lives.ts';
import { status } from './show.ts';
import { runIsOver } from './temporal-errors.ts';
import { deadlineIn } from './wait-until.ts';

/** A worker that is there answers within some milliseconds; one that is busy, within seconds. */
const WORKER_WAIT_MS = 10_000;
const NO_WORKER = `No worker answered within ${WORKER_WAIT_MS / 1000} s. Try again shortly; GET /health says whether one runs.`;

/** What lets a developer into their environment. The kubeconfig is a secret: it holds a token. */
export interface Access {
  kubeconfig: string;
  namespace: string;
  /** RFC 3339, in UTC. It ends with the environment where that comes first. */
  expires_at: string;
}

/**
 * Asks an environment for credentials. They come sealed to a key that only this call has, so that nobody can read them in
 * the workflow's history.
 *
 * @throws ProblemError where there is no such environment, it is not there to be entered, or no worker answers
 * @throws WorkflowUpdateFailedError where the cluster lets nobody in
 */
export async function access(lives: Lives, identity: Identity, expiresIn: string): Promise<Access> {
  const { state, problem } = await status(lives, identity);
  if (isDefect(problem)) throw new ProblemError(problem);
  const fault = accessFault(state);
  if (fault !== undefined) throw refuse('not-ready', fault);
  const { sealingKey, unseal } = await makeOneTimeKey();
  const asked = { sealingKey, seconds: durationMs(expiresIn) / 1000 };
  try {
    const granted = await lives.grantAccess(identity, asked, deadlineIn(WORKER_WAIT_MS));
    if (granted === undefined) throw refuseForNow(NO_WORKER);
    const { sealed, namespace, expires_at } = granted;
    return { kubeconfig: await unseal(sealed), namespace, expires_at };
  } catch (error) {
    if (runIsOver(error)) throw refuse('terminated-meanwhile', 'It has ended meanwhile. Start it again.');
    throw error;
  }
}
