import type { ScheduleDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Standing } from '../capacity/floors.ts';
import { type CapacityInput, HOUSEKEEPING_QUEUE } from '../workflows/messages.ts';

/** The id of the schedule, and what those of its workflows begin with. */
export const CAPACITY = 'capacity';

const EVERY_S = 30;
const CATCH_UP_S = 10;
/** A plan that is stuck must not keep all others from coming. */
const LONGEST_S = 600;
const OVERLAP_SKIP = 1;

/** What the schedule starts its workflows with: all that is set is kept there. */
export interface Kept extends Standing, CapacityInput {
  /** By which of the writes it was set. */
  write: string;
}

/** As Temporal's own interface has it: the client's schedules have no token of what they were before. */
type Schedule = NonNullable<ScheduleDescription['raw']['schedule']>;

/** The schedule that keeps this, in the state that it was in before. */
export function scheduleOf(kept: Kept, before: ScheduleDescription | undefined): Schedule {
  return {
    spec: { interval: [{ interval: seconds(EVERY_S) }] },
    action: {
      startWorkflow: {
        workflowId: CAPACITY,
        workflowType: { name: 'CapacityWorkflow' },
        // Workers of a release that cannot plan take nothing from it.
        taskQueue: { name: HOUSEKEEPING_QUEUE },
        workflowRunTimeout: seconds(LONGEST_S),
        input: { payloads: [defaultPayloadConverter.toPayload(kept)] },
        userMetadata: {
          summary: defaultPayloadConverter.toPayload('plans how many environments wait to be claimed, and sees to it'),
        },
      },
    },
    // What was missed is of no interest: the next one is.
    policies: { overlapPolicy: OVERLAP_SKIP, catchupWindow: seconds(CATCH_UP_S) },
    // An operator who has paused it, wants it paused.
    ...(before?.raw.schedule?.state && { state: before.raw.schedule.state }),
  };
}

function seconds(count: number) {
  return { seconds: count as unknown as Long };
}
