import type { Path } from './path.ts';

const REMOVED = ['volumesOf completed', 'remove completed', 'completed'] as const;

/** The paths of TeardownWorkflow. */
export const TEARDOWN_PATHS = {
  'teardown/takes-over': {
    shows: 'removes an environment that was handed over',
    landmarks: REMOVED,
  },
  'teardown/waits-for-volumes': {
    shows: 'ends only when the volumes are gone too',
    landmarks: ['volumesOf completed', 'remove completed', 'remove completed', 'completed'],
  },
  'teardown/undoes': {
    shows: 'removes what a failed provisioning has made',
    landmarks: REMOVED,
  },
  'teardown/finds-what-was-made': {
    shows: 'looks for a namespace that it was not told, and removes it',
    landmarks: ['findNamespaces completed', ...REMOVED],
  },
  'teardown/looks-in-vain': {
    shows: 'looks for a namespace that it was not told, and finds that there is none',
    landmarks: ['findNamespaces completed', 'completed'],
  },
  'teardown/has-nothing-to-do': {
    shows: 'looks for nothing where no step was begun',
    landmarks: ['started', 'completed'],
  },
  'teardown/held-by-a-finalizer': {
    shows: 'notes what holds the rest, round after round, until it lets go',
    landmarks: ['volumesOf completed', 'remove completed', 'remove completed', 'completed'],
  },
  'teardown/abandoned': {
    shows: 'ends though something is left, once an administrator has said so',
    landmarks: ['remove completed', 'update accepted', 'reportAbandonment completed', 'completed'],
  },
  'teardown/history-grows-long': {
    shows: 'goes on in a new run when its history is long',
    landmarks: ['volumesOf completed', 'signaled', 'remove completed', 'core_patch', 'continued as new'],
  },
  'teardown/goes-on-in-a-new-run': {
    shows: 'in a new run removes what is left, and the volumes that the earlier one knew',
    landmarks: ['started', 'findNamespaces completed', 'remove completed', 'completed'],
  },
  'teardown/cancelled': {
    shows: 'goes on though it is cancelled',
    landmarks: ['cancel requested', 'remove completed', 'completed'],
  },
} as const satisfies Record<string, Path>;
