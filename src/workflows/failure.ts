import { ActivityFailure, ApplicationFailure, rootCause } from '@temporalio/workflow';
import { isProblemKind, type Problem, problem } from '../environment/problem.ts';

/** What made a step fail, in the words of the cluster or of the activity. */
export function causeOf(error: unknown): string {
  return rootCause(error) ?? 'The cause is unknown.';
}

/** What a failed provisioning comes to for its caller, once all of it is undone. Activities name the kind of problem. */
export function problemOf(error: unknown, step: string): Problem {
  const failure = error instanceof ActivityFailure ? error.cause : error;
  const kind = failure instanceof ApplicationFailure && isProblemKind(failure.type) ? failure.type : 'internal';
  return problem(kind, `${causeOf(error)} This was at the step '${step}'; everything is undone.`);
}

/** A problem as a failure that callers and operators see. */
export function failureOf(problem: Problem): ApplicationFailure {
  const type = problem.type.split(':').at(-1) ?? 'internal';
  return ApplicationFailure.create({ type, message: problem.detail, details: [problem], nonRetryable: true });
}
