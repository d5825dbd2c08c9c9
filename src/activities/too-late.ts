import { ApplicationFailure } from '@temporalio/common';

/** What a step fails with for good that was not done by the deadline of its environment. */
export function tooLate(deadline: string, waitedFor = 'the cluster did not say why'): ApplicationFailure {
  const message = `It was not ready within ${deadline}: ${waitedFor}.`;
  return ApplicationFailure.create({ type: 'deadline-exceeded', message, nonRetryable: true });
}
