import { HANDED_OVER } from './environment-paths.ts';
import type { Path } from './path.ts';

/** The paths of EnvironmentWorkflow on which somebody changes an environment by hand. */
export const DRIFT_PATHS = {
  'environment/mended': {
    shows: 'restores what somebody deleted, when it is told to look',
    landmarks: ['remember completed', 'signaled', 'core_patch', 'timer canceled', 'mend completed', ...HANDED_OVER],
  },
  'environment/looks-once-more': {
    shows: 'minds what it is told while it looks',
    landmarks: ['signaled', 'mend completed', 'core_patch', ...HANDED_OVER],
  },
  'environment/degraded': {
    shows: 'is degraded while something cannot be restored, tries again by itself, and is ready again',
    landmarks: ['signaled', 'mend completed', 'timer fired', 'mend completed', 'cancel requested', ...HANDED_OVER],
  },
  'environment/namespace-deleted': {
    shows: 'ends where somebody deleted its namespace',
    landmarks: ['signaled', 'mend completed', ...HANDED_OVER],
  },
} as const satisfies Record<string, Path>;
