import { isCancellation } from '@temporalio/workflow';
import { type AccessRequest, accessFault, type SealedAccess } from '../environment/access.ts';
import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
import { problem } from '../environment/problem.ts';
import { quick } from './activity-options.ts';
import { asSentence, causeOf, failureOf } from './failure.ts';

/**
 * Lets a developer into their environment for some time.
 * @throws ApplicationFailure with a problem where it is not there to be entered, or the cluster lets nobody in
 */
export async function grantAccess(
  environment: Environment,
  namespace: Namespace | undefined,
  asked: AccessRequest,
): Promise<SealedAccess> {
  const { dev_id, project, state } = environment;
  const fault = accessFault(state);
  if (fault !== undefined || namespace === undefined) {
    throw failureOf(problem('not-ready', fault ?? 'It has no namespace yet. Ask again when it is ready.'));
  }
  try {
    const { value } = await quick.grantAccess({ dev_id, project }, namespace, asked);
    return value;
  } catch (error) {
    if (isCancellation(error)) throw failureOf(problem('terminated-meanwhile', 'It is being terminated.'));
    const detail = `${asSentence(causeOf(error))} Nothing was changed: try again, and tell the operator if it stays.`;
    throw failureOf(problem('cluster-failed', detail));
  }
}
