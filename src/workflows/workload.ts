import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import { quick, waiting } from './activity-options.ts';
import type { EnvironmentRecord, StepResult } from './record.ts';

/** Starts the workload and waits until it is available; what it waits for is shown meanwhile. */
export async function runWorkload(
  record: EnvironmentRecord,
  specification: Specification,
  namespace: Namespace,
  readyBy: Date,
): Promise<StepResult<void>> {
  const { pods, volumes, config, services } = specification.recipe.workload;
  const isEmpty = [pods, volumes, config, services].every((kind) => Object.keys(kind).length === 0);
  if (isEmpty) return { value: undefined, attempts: 1, message: 'there is none' };
  const { attempts } = await quick.applyWorkload(specification, namespace);
  if (Object.keys(pods).length === 0) return { value: undefined, attempts };
  for (let seen: string | undefined; ; ) {
    const { value } = await waiting.awaitWorkload(specification, namespace, readyBy.toISOString(), seen);
    const { ready, message = 'every pod is available' } = value;
    if (ready) return { value: undefined, attempts, message };
    record.note(message);
    seen = message;
  }
}
