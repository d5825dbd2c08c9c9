import { fairnessKey } from '../environment/fairness.ts';
import { workflowId } from '../environment/identity.ts';
import { summary } from './details.ts';
import { type EnvironmentInput, type EnvironmentMemo, TASK_QUEUE } from './messages.ts';
import { PRIORITY } from './priority.ts';
import { searchAttributesOf } from './search-attributes.ts';

/** How the workflow of an environment is started, by whoever starts it: so that it is found, shown and not there twice. */
export function lifeOptions(input: EnvironmentInput) {
  const { specification, environment } = input;
  return {
    workflowId: workflowId(specification),
    taskQueue: TASK_QUEUE,
    // Of all that is done for it Temporal knows so whose it is.
    priority: { priorityKey: PRIORITY.people, fairnessKey: fairnessKey(specification) },
    args: [input] as [EnvironmentInput],
    memo: { environment } satisfies EnvironmentMemo,
    typedSearchAttributes: searchAttributesOf(environment),
    staticSummary: summary(specification, specification.template.name),
  };
}
