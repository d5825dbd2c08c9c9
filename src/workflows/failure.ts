import { ActivityFailure, ApplicationFailure, rootCause } from '@temporalio/workflow';
import { isProblemKind, type Problem, problem } from '../environment/problem.ts';

/** What made a step fail, in the words of the cluster or of the activity. */
export function causeOf(error: unknown): string {
  return rootCause(error) ?? 'The cause is unknown.';
}

/**
 * What a failed provisioning or waking comes to for its caller. Activities name the kind of problem.
 * @param outcome what has become of the environment by now
 */
export function problemOf(error: unknown, step: string, outcome: string): Problem {
  const failure = failureIn(error);
  const kind = failure instanceof ApplicationFailure && isProblemKind(failure.type) ? failure.type : 'internal';
  return problem(kind, `${asSentence(causeOf(error))} This was at the step '${step}'; ${outcome}.`);
}

/** The activity's own failure: a regular activity's comes wrapped, a local one's as it is. */
export function failureIn(error: unknown): unknown {
  return error instanceof ActivityFailure ? error.cause : error;
}

/** The cluster ends its messages with a full stop or without. */
export function asSentence(message: string): string {
  return message.endsWith('.') ? message : `${message}.`;
}

/** A problem as a failure that callers and operators see. */
export function failureOf(problem: Problem): ApplicationFailure {
  const type = problem.type.split(':').at(-1) ?? 'internal';
  return ApplicationFailure.create({ type, message: problem.detail, details: [problem], nonRetryable: true });
}
