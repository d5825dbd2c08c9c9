import type { Path } from './path.ts';

export const HANDED_OVER = ['child workflow execution started', 'completed'] as const;
const UNDONE = ['child workflow execution started', 'child workflow execution completed', 'failed'] as const;

/** The paths of EnvironmentWorkflow. */
export const ENVIRONMENT_PATHS = {
  'environment/bare-then-terminated': {
    shows: 'builds an environment without a workload for the caller who waits, and hands it over once it is cancelled',
    landmarks: [
      'update accepted',
      'isolate completed',
      'update completed',
      'cancel requested',
      'timer canceled',
      ...HANDED_OVER,
    ],
  },
  'environment/workload-and-volume-then-terminated': {
    shows: 'builds an environment with a workload and a volume, and waits for its pods',
    landmarks: [
      'isolate completed',
      'runWorkload completed',
      'verifyEnvironment completed',
      'update completed',
      'cancel requested',
      ...HANDED_OVER,
    ],
  },
  'environment/remembered': {
    shows: 'has the namespace remember it before it is ready, when it is extended, and when it is asleep',
    landmarks: [
      'isolate completed',
      'remember completed',
      'remember completed',
      'putToSleep completed',
      'remember completed',
      'rouse completed',
      'remember completed',
      ...HANDED_OVER,
    ],
  },
  'environment/workload-without-pods': {
    shows: 'waits for nothing where the workload has no pods',
    landmarks: ['runWorkload completed', 'verifyEnvironment completed', 'cancel requested', ...HANDED_OVER],
  },
  'environment/joined-while-pods-are-late': {
    shows: 'notes what late pods wait for, and answers a second caller who joins meanwhile',
    landmarks: [
      'runWorkload completed',
      'update accepted',
      'runWorkload completed',
      'verifyEnvironment completed',
      'update completed',
      'update completed',
      ...HANDED_OVER,
    ],
  },
  'environment/tried-again-later': {
    shows: 'shows what fails a step in passing, and tries it again later',
    landmarks: ['isolate failed', 'timer fired', 'isolate completed', 'cancel requested', ...HANDED_OVER],
  },
  'environment/lets-its-developer-in': {
    shows: 'mints access while it is ready, sealed, and none before',
    landmarks: [
      'update accepted',
      'update failed',
      'isolate completed',
      'update accepted',
      'grantAccess completed',
      'update completed',
      'cancel requested',
      ...HANDED_OVER,
    ],
  },
  'environment/isolation-refused': {
    shows: 'undoes a provisioning that fails at the step isolation, with nothing made',
    landmarks: ['isolate failed', ...UNDONE],
  },
  'environment/isolation-half-done': {
    shows: 'undoes a provisioning that fails at the step isolation, with some of it made',
    landmarks: ['isolate failed', ...UNDONE],
  },
  'environment/isolation-not-enforced': {
    shows: 'undoes a provisioning whose isolation is not proved, before its workload',
    landmarks: ['isolate completed', 'verifyIsolation completed', ...UNDONE],
  },
  'environment/workload-refused': {
    shows: 'undoes a provisioning that fails at the step workload',
    landmarks: ['isolate completed', 'runWorkload failed', ...UNDONE],
  },
  'environment/verification-failed': {
    shows: 'undoes a provisioning that fails at the step verification, its workload having come at a second try',
    landmarks: ['runWorkload failed', 'timer fired', 'runWorkload completed', 'verifyEnvironment failed', ...UNDONE],
  },
  'environment/deadline-exceeded-by-pods': {
    shows: 'undoes a provisioning whose pods are not there by its deadline',
    landmarks: ['runWorkload failed', 'timer canceled', ...UNDONE],
  },
  'environment/deadline-exceeded-by-a-step': {
    shows: 'undoes a provisioning of which a step is not done by its deadline',
    landmarks: ['isolate failed', 'timer fired', 'timer canceled', ...UNDONE],
  },
  'environment/cancelled-before-any-step': {
    shows: 'hands over an environment that was cancelled before a worker saw it',
    landmarks: ['started', 'cancel requested', ...HANDED_OVER],
  },
  'environment/cancelled-during-a-step': {
    shows: 'hands over an environment that is cancelled while a step goes on',
    landmarks: ['cancel requested', 'isolate canceled', ...HANDED_OVER],
  },
  'environment/cancelled-between-tries': {
    shows: 'hands over an environment that is cancelled while a step waits for its next try',
    landmarks: ['isolate failed', 'cancel requested', 'timer canceled', 'timer canceled', ...HANDED_OVER],
  },
  'environment/cancelled-while-waiting-for-pods': {
    shows: 'hands over an environment that is cancelled while it waits for pods, and tells the caller who waits',
    landmarks: [
      'cancel requested',
      'runWorkload cancel requested',
      'runWorkload canceled',
      'update failed',
      ...HANDED_OVER,
    ],
  },
  'environment/cancelled-while-undone': {
    shows: 'undoes a failed provisioning to its end though it is cancelled, and tells a caller who joins meanwhile',
    landmarks: [
      'runWorkload failed',
      'cancel requested',
      'update accepted',
      'child workflow execution completed',
      'update failed',
      'failed',
    ],
  },
  'environment/history-grows-long': {
    shows: 'goes on in a new run when its history is long',
    landmarks: ['update completed', 'signaled', 'timer canceled', 'continued as new'],
  },
  'environment/goes-on-in-a-new-run': {
    shows: 'in a new run answers its callers, and hands the environment over once it is cancelled',
    landmarks: ['started', 'timer started', 'update completed', 'cancel requested', ...HANDED_OVER],
  },
  'environment/goes-on-after-its-time': {
    shows: 'in a new run hands the environment over where its time is over already, and its namespace gone',
    landmarks: ['started', 'timer fired', 'putToSleep completed', ...HANDED_OVER],
  },
  'environment/claims-a-slot': {
    shows: 'is ready at once where a slot waits, and is torn down like any other',
    landmarks: ['isolate completed', 'update completed', 'child workflow execution started'],
  },
} as const satisfies Record<string, Path>;
