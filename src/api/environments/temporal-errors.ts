import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { isProblemKind, type Problem } from '../../environment/problem.ts';
import { ProblemError, refuseForNow } from '../http/problems.ts';
import { TemporalSilent } from '../temporal/prompt-calls.ts';

/** Nothing queues meanwhile, and it may be back at any moment. */
const RETRY_AFTER_S = '1';

/** Whether a wait ended because its time was over, or the caller went away: the work itself goes on. */
export function waitIsOver(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateRPCTimeoutOrCancelledError ||
    isGrpcDeadlineError(error) ||
    isGrpcCancelledError(error)
  );
}

/** Whether a run closed, or gave way to its next, between being seen and being spoken to. */
export function runIsOver(error: unknown): boolean {
  if (error instanceof WorkflowNotFoundError) return true;
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'AcceptedUpdateCompletedWorkflow'
  );
}

/** What a failure of Temporal, or of the workflow behind it, means for the caller. */
export function asProblem(error: unknown): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const [told] = error.cause.details ?? [];
    if (isProblemKind(error.cause.type)) return new ProblemError(told as Problem);
  }
  if (error instanceof TemporalSilent || hasGrpcCause(error)) {
    const detail = 'Berth cannot reach its workflow engine now. Try again shortly: asking twice does no harm.';
    return refuseForNow(detail, RETRY_AFTER_S);
  }
  return error;
}

function hasGrpcCause(error: unknown): boolean {
  return (
    isGrpcServiceError(error) || (error instanceof Error && error.cause !== undefined && hasGrpcCause(error.cause))
  );
}
