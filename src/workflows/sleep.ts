import { ActivityFailure, isCancellation } from '@temporalio/workflow';
import type { Namespace } from '../environment/life.ts';
import { DEFAULT_RETENTION } from '../environment/lifetime.ts';
import type { Specification } from '../environment/request.ts';
import { sleeping } from './activity-options.ts';
import { causeOf } from './failure.ts';
import type { EnvironmentRecord, StepResult } from './record.ts';

/**
 * Ends all that runs in an environment, however long that takes; what keeps it awake is shown meanwhile.
 * @returns whether anything is left to be kept: `false` where its namespace is gone
 */
export async function putToSleep(
  record: EnvironmentRecord,
  specification: Specification,
  namespace: Namespace,
): Promise<StepResult<boolean>> {
  for (let seen: string[] = []; ; ) {
    try {
      const { value, attempts } = await sleeping.putToSleep(specification, namespace, seen);
      if (value.state === 'gone') return { value: false, attempts, message: 'its namespace is gone' };
      if (value.state === 'asleep') return { value: true, attempts, message: 'nothing runs any more' };
      seen = value.left;
    } catch (error) {
      // Only an operator ends the attempts: no reason to give up anybody's work.
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error;
      seen = [causeOf(error)];
    }
    record.note(`still awake: ${seen.join('; ')}`);
  }
}

/** How long an environment is kept asleep. Lives that were begun before templates could say so do not say. */
export function retention({ recipe }: Specification): string {
  const { retain = DEFAULT_RETENTION }: { retain?: string } = recipe.lifetime;
  return retain;
}
