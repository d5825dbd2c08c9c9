import type { Path } from './path.ts';

/** The paths of CapacityWorkflow. */
export const CAPACITY_PATHS = {
  'capacity/fills': {
    shows: 'makes what is missing of a pool, and remembers what it has planned',
    landmarks: [
      'observeCapacity completed',
      'takeBackSlots completed',
      'specifySlots completed',
      'child workflow execution started',
      'showPools completed',
      'completed',
    ],
  },
  'capacity/shrinks': {
    shows: 'has torn down what is too much',
    landmarks: [
      'observeCapacity completed',
      'takeBackSlots completed',
      'child workflow execution started',
      'showPools completed',
      'completed',
    ],
  },
  'capacity/scales': {
    shows: 'has more servers run',
    landmarks: ['observeCapacity completed', 'scaleServers completed', 'completed'],
  },
  'capacity/only-plans': {
    shows: 'tells what it would do, and does nothing',
    landmarks: ['observeCapacity completed', 'completed'],
  },
} as const satisfies Record<string, Path>;
