import type { Environment } from './environment.ts';
import { type Problem, problem } from './problem.ts';

const KIND = 'defect';

/**
 * An environment whose workflow cannot go on, since Berth's own code fails: as it was last known.
 * @param since RFC 3339, where it is known
 */
export function heldUpByDefect(environment: Environment, since?: string): Environment {
  const detail = `A defect of Berth holds up everything about it${since === undefined ? '' : ` since ${since}`}. It is shown as it was last known; nothing is lost, and what is asked of it is done once Berth is mended. Tell the operator.`;
  return { ...environment, problem: problem(KIND, detail) };
}

/** Whether a problem is of this kind. */
export function isDefect(found: Problem | undefined): found is Problem {
  return found?.type === problem(KIND, '').type;
}
