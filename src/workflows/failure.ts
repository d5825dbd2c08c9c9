import { ActivityFailure, ApplicationFailure, rootCause } from '@temporalio/workflow';
import { isProblemKind, type Problem, problem } from '../environment/problem.ts';

/** What a failed provisioning comes to for its caller. Activities name the kind of problem as their failure's type. */
export function problemOf(error: unknown, step: string): Problem {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const said = cause instanceof ApplicationFailure ? cause.message : rootCause(error);
  const kind = cause instanceof ApplicationFailure && isProblemKind(cause.type) ? cause.type : 'internal';
  return problem(kind, `${said ?? 'The cause is unknown.'} This was at the step '${step}'; everything is undone.`);
}

/** A problem as a failure that callers and operators see. */
export function failureOf(problem: Problem): ApplicationFailure {
  const type = problem.type.split(':').at(-1) ?? 'internal';
  return ApplicationFailure.create({ type, message: problem.detail, details: [problem], nonRetryable: true });
}
