import { advance, beginStep, type Environment } from '../environment.ts';
import type { Life, Namespace } from '../life.ts';
import { queued } from '../queued.ts';
import type { Specification } from '../request.ts';

/** What a life has left that ended before anybody was given anything. */
export interface Leftover {
  /** As its teardown shows it. */
  environment: Environment;
  life: Life;
  namespace: Namespace;
}

/**
 * What is to be undone of a life that is known by its namespace only.
 * @param message what has become of it
 */
export function leftover(
  specification: Specification,
  life: Life,
  namespace: Namespace,
  createdAt: Date,
  message = 'its workflow was lost',
): Leftover {
  const begun = beginStep(advance(queued(specification, createdAt), 'provisioning'), 'isolation', createdAt);
  const { steps, ...environment } = advance(begun, 'terminating');
  // What it waited for is not known any more.
  const ended = steps.map((step) => ({ ...step, state: 'failed' as const, message }));
  return { environment: { ...environment, namespace: namespace.name, steps: ended }, life, namespace };
}
