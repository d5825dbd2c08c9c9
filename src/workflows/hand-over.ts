import { executeChild, ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { Life, Namespace } from '../environment/life.ts';
import { summary } from './details.ts';
import type { TeardownInput } from './messages.ts';
import type { EnvironmentRecord } from './record.ts';
import { searchAttributesOf } from './search-attributes.ts';
import { TeardownWorkflow } from './teardown.ts';

/** Gives an environment over to its teardown, which speaks for it from now on. */
export async function handOverTo(record: EnvironmentRecord, life: Life, namespace?: Namespace): Promise<void> {
  const options = teardownOptions(record, life, true, namespace);
  await startChild(TeardownWorkflow, options);
  record.tornDownBy(options.workflowId);
}

/** Tears an environment down and waits until nothing is left of it, or an administrator has given up the rest. */
export async function tearDown(record: EnvironmentRecord, life: Life, namespace?: Namespace): Promise<void> {
  const options = teardownOptions(record, life, false, namespace);
  record.tornDownBy(options.workflowId);
  const { abandoned } = await executeChild(TeardownWorkflow, options);
  if (abandoned) record.become({ ...record.environment, abandoned });
}

function teardownOptions(record: EnvironmentRecord, life: Life, takesOver: boolean, namespace?: Namespace) {
  const { environment } = record;
  const { dev_id, project, template } = environment;
  const input: TeardownInput = { environment, life, takesOver, ...(namespace && { namespace }) };
  return {
    workflowId: `teardown/${dev_id}/${project}/${life.run}`,
    args: [input] as [TeardownInput],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    memo: { environment },
    ...(takesOver && { typedSearchAttributes: searchAttributesOf(environment) }),
    staticSummary: summary(environment, template.name),
  };
}
