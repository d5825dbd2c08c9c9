import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { executeChild, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { fairnessKey } from '../environment/fairness.ts';
import { teardownId } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Leftover } from '../environment/sweep/leftover.ts';
import { summary } from './details.ts';
import { HOUSEKEEPING_QUEUE, type TeardownInput } from './messages.ts';
import { PRIORITY } from './priority.ts';
import type { EnvironmentRecord } from './record.ts';
import { searchAttributesOf } from './search-attributes.ts';
import { TeardownWorkflow } from './teardown.ts';

/**
 * Gives an environment over to its teardown, which speaks for it from now on.
 * @param isWanted whether somebody has asked for its end, and may wait for it
 */
export async function handOverTo(
  record: EnvironmentRecord,
  life: Life,
  namespace: Namespace | undefined,
  isWanted: boolean,
): Promise<void> {
  const options = teardownOptions(inputOf(record, life, true, namespace));
  await startChild(TeardownWorkflow, isWanted ? options : waitedForByNobody(options));
  record.tornDownBy(options.workflowId);
}

/** Tears an environment down and waits until nothing is left of it, or an administrator has given up the rest. */
export async function tearDown(record: EnvironmentRecord, life: Life, namespace?: Namespace): Promise<void> {
  const options = teardownOptions(inputOf(record, life, false, namespace));
  record.tornDownBy(options.workflowId);
  const { abandoned } = await executeChild(TeardownWorkflow, options);
  if (abandoned) record.become({ ...record.environment, abandoned });
}

/** Has torn down what a life has left whose workflow is lost, unless that is being done already. */
export async function tearDownLeftover(leftover: Leftover): Promise<void> {
  try {
    await startChild(TeardownWorkflow, waitedForByNobody(teardownOptions({ ...leftover, takesOver: false })));
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function inputOf(record: EnvironmentRecord, life: Life, takesOver: boolean, namespace?: Namespace): TeardownInput {
  return { environment: record.environment, life, takesOver, ...(namespace && { namespace }) };
}

function teardownOptions(input: TeardownInput) {
  const { environment, life, takesOver } = input;
  return {
    workflowId: teardownId(environment, life.run),
    args: [input] as [TeardownInput],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    memo: { environment },
    ...(takesOver && { typedSearchAttributes: searchAttributesOf(environment) }),
    staticSummary: summary(environment, environment.template.name),
  };
}

/** Removals may be many: of what waits for a worker, all else that is done for the house comes before them. */
function waitedForByNobody(options: ReturnType<typeof teardownOptions>) {
  const priority = { priorityKey: PRIORITY.removal, fairnessKey: fairnessKey(options.memo.environment) };
  return { ...options, taskQueue: HOUSEKEEPING_QUEUE, priority };
}
