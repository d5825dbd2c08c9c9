import { queued } from '../environment/queued.ts';
import type { Specification } from '../environment/request.ts';
import { slotWorkflowId } from '../environment/slot.ts';
import { summary } from './details.ts';
import { type EnvironmentMemo, REFILL_QUEUE, type SlotInput } from './messages.ts';
import { PRIORITY } from './priority.ts';

/** How the making of a slot is started, by whoever starts it. */
export function slotOptions(specification: Specification) {
  return {
    workflowId: slotWorkflowId(specification),
    taskQueue: REFILL_QUEUE,
    args: [{ specification }] as [SlotInput],
    memo: { environment: queued(specification, new Date()) } satisfies EnvironmentMemo,
    priority: { priorityKey: PRIORITY.refill },
    staticSummary: summary(specification, specification.template.name),
  };
}
