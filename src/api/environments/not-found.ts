import type { Identity } from '../../environment/identity.ts';
import { type ProblemError, refuse } from '../http/problems.ts';

/** The same answer for what is not there and for what is not the caller's. */
export function notFound({ dev_id, project }: Identity): ProblemError {
  return refuse('not-found', `There is no environment of '${dev_id}' for '${project}'. Check both, or start it.`);
}
