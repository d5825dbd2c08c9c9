import { CancellationScope } from '@temporalio/workflow';
import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
import { removal } from './activity-options.ts';
import type { TeardownInput } from './messages.ts';
import { EnvironmentRecord, type StepResult } from './record.ts';

/**
 * Removes an environment, and ends only when the cluster shows that nothing is left of it. Until then it names what
 * holds the rest. Nothing stops it: what was begun to be removed cannot be kept.
 */
export function TeardownWorkflow(input: TeardownInput): Promise<Environment> {
  const { environment, life, takesOver } = input;
  const record = new EnvironmentRecord(environment, takesOver);
  return CancellationScope.nonCancellable(async () => {
    await record.step('teardown', async () => {
      // A life that never came to its first step has made nothing.
      const began = environment.steps.length > 0;
      const { value } = began ? await removal.findNamespaces(environment, life, input.namespace) : { value: [] };
      for (const namespace of value) await removeAll(namespace);
      return { value: undefined, attempts: 1, message: 'nothing is left' } satisfies StepResult<void>;
    });
    if (takesOver) record.enter('terminated');
    return record.environment;
  });

  async function removeAll(namespace: Namespace): Promise<void> {
    const { value: volumes } = await removal.volumesOf(namespace);
    let left: string[] = [];
    do {
      left = (await removal.remove(namespace, volumes, left)).value;
      if (left.length > 0) record.note(`still there: ${left.join('; ')}`);
    } while (left.length > 0);
  }
}
