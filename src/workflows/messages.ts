import { defineUpdate } from '@temporalio/workflow';
import type { AccessRequest, SealedAccess } from '../environment/access.ts';
import type { Environment } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';

/** Where workers take all of Berth's work from. */
export const TASK_QUEUE = 'berth';

/** What a life of an environment is started with. It carries the whole request: the run provisions by itself. */
export interface EnvironmentInput {
  specification: Specification;
  /** As it is shown from the first moment on. */
  environment: Environment;
  /** Set where a run goes on from one whose history had grown long. */
  resumed?: { life: Life; namespace: Namespace };
}

/** What is to be removed, and whether the teardown now speaks for the environment, its own run having closed. */
export interface TeardownInput {
  environment: Environment;
  life: Life;
  /** Unknown where the answer to its create was lost: it is looked for by the nonce then. */
  namespace?: Namespace;
  takesOver: boolean;
}

/** What a workflow's memo holds: the environment, and, once that is being torn down or undone, by which workflow. */
export interface EnvironmentMemo {
  environment: Environment;
  teardown?: string;
}

/**
 * Waits until the environment is provisioned and verified. Fails with a problem, after everything is undone.
 *
 * There is no message to end an environment: its workflow is cancelled, which Temporal keeps even while no worker runs,
 * shows at once to everyone who describes the run, and offers to operators in its UI.
 */
export const startUpdate = defineUpdate<Environment>('start');

/** Lets a developer into the environment for some time. Fails with a problem where it is not there to be entered. */
export const accessUpdate = defineUpdate<SealedAccess, [AccessRequest]>('access');
