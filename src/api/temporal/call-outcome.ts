import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';

/**
 * What became of a call to Temporal: that a workflow is not there, or has failed, is an answer too. One is given up when
 * its caller goes away or its wait is over, and `silent` where Temporal answers nobody any more.
 */
export type CallOutcome = 'answered' | 'given-up' | 'silent' | 'failed';

/** What a call came to that has thrown. */
export function outcomeOfFailure(error: unknown): CallOutcome {
  if (error instanceof WorkflowNotFoundError) return 'answered';
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'given-up';
  for (let cause: unknown = error; cause instanceof Error; cause = (cause as Error).cause) {
    if (isGrpcCancelledError(cause) || isGrpcDeadlineError(cause)) return 'given-up';
    if (isGrpcServiceError(cause)) return 'failed';
  }
  return 'answered';
}
