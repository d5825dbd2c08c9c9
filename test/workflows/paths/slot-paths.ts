import type { Path } from './path.ts';

/** The paths of SlotWorkflow. */
export const SLOT_PATHS = {
  'slot/made': {
    shows: 'makes a slot with its workload, verifies it and offers it',
    landmarks: [
      'isolateSlot completed',
      'runWorkload completed',
      'verifyEnvironment completed',
      'offerSlot completed',
      'completed',
    ],
  },
  'slot/undone': {
    shows: 'takes back what cannot be made, and has it torn down',
    landmarks: [
      'isolateSlot completed',
      'verifyIsolation completed',
      'withdrawSlot completed',
      'child workflow execution completed',
      'failed',
    ],
  },
} as const satisfies Record<string, Path>;
