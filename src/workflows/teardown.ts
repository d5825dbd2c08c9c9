import { CancellationScope, makeContinueAsNewFunc, patched, workflowInfo } from '@temporalio/workflow';
import { abandonmentText } from '../environment/abandonment.ts';
import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
import { tellOperators, unlessAbandoned } from './abandon.ts';
import { removal } from './activity-options.ts';
import type { TeardownInput } from './messages.ts';
import { EnvironmentRecord, type StepResult } from './record.ts';
import { searchAttributesOf } from './search-attributes.ts';

/** How long a change in what is left is not told: longer each time, so that no history is filled by what never ends. */
const [FIRST_QUIET_MS, LONGEST_QUIET_MS] = [5000, 60_000];

/**
 * Removes an environment, and ends only when the cluster shows that nothing is left of it. Until then it names what
 * holds the rest. Nothing stops it, since what was begun to be removed cannot be kept, but an administrator who answers
 * for what is left behind.
 */
export function TeardownWorkflow(input: TeardownInput): Promise<Environment> {
  const { environment, life, takesOver } = input;
  const record = new EnvironmentRecord(environment, takesOver);
  let left = input.resumed?.left;
  return CancellationScope.nonCancellable(async () => {
    await record.step('teardown', async () => {
      const abandoned = await unlessAbandoned(
        removeEverything,
        () => left?.join('; ') ?? notKnown(environment),
        since(),
      );
      if (abandoned !== undefined) {
        record.become({ ...record.environment, abandoned });
        record.breakOff('cancelled', abandonmentText(abandoned));
        await tellOperators(abandoned);
      }
      return { value: undefined, attempts: 1, message: 'nothing is left' } satisfies StepResult<void>;
    });
    if (takesOver) record.enter('terminated');
    return record.environment;
  });

  function since(): Date {
    return new Date(record.environment.steps.at(-1)?.started_at ?? Date.now());
  }

  async function removeEverything(): Promise<void> {
    // A life that never came to its first step has made nothing.
    const began = environment.steps.length > 0;
    const { value } = began ? await removal.findNamespaces(environment, life, input.namespace) : { value: [] };
    for (const namespace of value) await removeAll(namespace);
  }

  async function removeAll(namespace: Namespace): Promise<void> {
    const known = namespace.uid === input.namespace?.uid ? input.resumed : undefined;
    const volumes = known?.volumes ?? (await removal.volumesOf(namespace)).value;
    left = known?.left;
    for (let quietMs = FIRST_QUIET_MS; ; quietMs = Math.min(1.2 * quietMs, LONGEST_QUIET_MS)) {
      left = (await removal.remove(namespace, volumes, left ?? [], quietMs)).value;
      if (left.length === 0) return;
      record.note(`still there: ${left.join('; ')}`);
      if (workflowInfo().continueAsNewSuggested && patched('goes-on-in-a-new-run'))
        await goOnInNewRun({ ...input, environment: record.environment, namespace, resumed: { volumes, left } });
    }
  }

  async function goOnInNewRun(next: TeardownInput): Promise<never> {
    // Only what the first run was started with would be carried over by itself.
    const goOn = makeContinueAsNewFunc<typeof TeardownWorkflow>({
      memo: { environment: next.environment },
      ...(takesOver && { typedSearchAttributes: searchAttributesOf(next.environment) }),
    });
    return await goOn(next);
  }
}

function notKnown({ namespace }: Environment): string {
  return `${namespace === null ? 'all that there was' : `namespace ${namespace} and all in it`}, of which the cluster has told nothing`;
}
