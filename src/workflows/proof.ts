import { ApplicationFailure } from '@temporalio/workflow';
import type { Namespace } from '../environment/life.ts';
import type { ProblemKind } from '../environment/problem.ts';
import { proofFault } from '../environment/proof.ts';
import type { Specification } from '../environment/request.ts';
import { waiting } from './activity-options.ts';
import type { EnvironmentRecord, StepResult } from './record.ts';

/**
 * Shows with packets that an environment is isolated. What was seen is shown in either case.
 * @throws ApplicationFailure of the problem `isolation-not-enforced` where it is not, or that could not be shown
 */
export async function proveIsolation(
  record: EnvironmentRecord,
  specification: Specification,
  namespace: Namespace,
  readyBy: Date,
): Promise<StepResult<void>> {
  const { value: proof, attempts } = await waiting.verifyIsolation(specification, namespace, readyBy.toISOString());
  record.become({ ...record.environment, isolation: proof });
  const fault = proofFault(proof);
  if (fault !== undefined) throw ApplicationFailure.nonRetryable(fault, 'isolation-not-enforced' satisfies ProblemKind);
  return { value: undefined, attempts, message: 'packets pass where they may, and nowhere else' };
}
