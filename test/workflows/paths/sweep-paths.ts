import type { Path } from './path.ts';

/** The paths of SweepWorkflow. */
export const SWEEP_PATHS = {
  'sweep/adopts-and-undoes': {
    shows: 'takes up what was lost, has torn down what was never ready, and tells of it',
    landmarks: ['survey completed', 'child workflow execution started', 'reportSweep completed', 'completed'],
  },
  'sweep/only-tells': {
    shows: 'tells what it would do, and does nothing',
    landmarks: ['survey completed', 'completed'],
  },
} as const satisfies Record<string, Path>;
