import type { Path } from './path.ts';

/** The paths of IsolationCanaryWorkflow. */
export const CANARY_PATHS = {
  'canary/tells-and-leaves-nothing': {
    shows: 'proves an environment of nobody’s, tells what came of it, and removes it',
    landmarks: [
      'isolate completed',
      'verifyIsolation completed',
      'reportProof completed',
      'child workflow execution completed',
      'completed',
    ],
  },
} as const satisfies Record<string, Path>;
