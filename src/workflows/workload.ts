import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import { waiting } from './activity-options.ts';
import type { EnvironmentRecord, StepResult } from './record.ts';

/** Starts the workload and waits until it is available; what it waits for is shown meanwhile. */
export async function runWorkload(
  record: EnvironmentRecord,
  specification: Specification,
  namespace: Namespace,
  readyBy: Date,
): Promise<StepResult<void>> {
  for (let seen: string | undefined; ; ) {
    const { value, attempts } = await waiting.runWorkload(specification, namespace, readyBy.toISOString(), seen);
    const { ready, message = 'every pod is available' } = value;
    if (ready) return { value: undefined, attempts, message };
    record.note(message);
    seen = message;
  }
}
