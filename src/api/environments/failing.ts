import { isDefect } from '../../environment/defect.ts';
import { ProblemError } from '../http/problems.ts';
import { type LifeRecord, shown } from './life-record.ts';

/**
 * Makes sure that it is worth waiting for a life.
 * @throws ProblemError where a defect holds it up
 */
export function mustGoOn(life: LifeRecord): void {
  const { problem } = shown(life);
  if (isDefect(problem)) throw new ProblemError(problem);
}
