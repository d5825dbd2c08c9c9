import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DemandRecord } from '../capacity/demand-record.ts';
import type { Ledger } from '../capacity/ledger.ts';
import type { CapacityReport } from '../capacity/report.ts';
import type { Settings } from '../capacity/settings.ts';
import type { Abandonment } from '../environment/abandonment.ts';
import type { AccessRequest, SealedAccess } from '../environment/access.ts';
import type { Environment } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';

/** Where workers take what people wait for. */
export const TASK_QUEUE = 'berth';
/** Where workers take the making of slots from, so that people come before refills. */
export const REFILL_QUEUE = 'berth-refills';
/** Where workers take from what nobody waits for: sweeps, the canary, plans of capacity, and the removal of what is left. */
export const HOUSEKEEPING_QUEUE = 'berth-housekeeping';

/** What a life of an environment is started with. It carries the whole request: the run provisions by itself. */
export interface EnvironmentInput {
  specification: Specification;
  /** As it is shown from the first moment on. */
  environment: Environment;
  /** Set where a run goes on from one whose history had grown long, or from one that was lost. */
  resumed?: {
    life: Life;
    namespace: Namespace;
    /** Whether it was told to compare itself with the cluster, and had not yet. */
    isToCheck?: boolean;
  };
}

/** What is to be removed, and whether the teardown now speaks for the environment, its own run having closed. */
export interface TeardownInput {
  environment: Environment;
  life: Life;
  /** Unknown where the answer to its create was lost: it is looked for by the nonce then. */
  namespace?: Namespace;
  takesOver: boolean;
  /** Set where a run goes on from one whose history had grown long: what that namespace had, and what of it was left. */
  resumed?: { volumes: string[]; left: string[] };
}

/** What a sweep is to do. */
export interface SweepInput {
  /** Only tell what would be done, and change nothing at all. */
  dryRun: boolean;
}

/** What a slot is made of. */
export interface SlotInput {
  specification: Specification;
}

/** What capacity is planned by. */
export interface CapacityInput {
  settings: Settings;
  /** Only plan, and change nothing at all. */
  dryRun?: boolean;
}

/** What the memo of a capacity plan holds. */
export interface CapacityMemo {
  capacity: CapacityReport;
  /** For the next plan. Missing where that of the plan before could not be read, and stands. */
  ledger?: Ledger;
  /** The same, where it has changed. */
  demand?: DemandRecord;
}

/** What a workflow's memo holds: the environment, and, once that is being torn down or undone, by which workflow. */
export interface EnvironmentMemo {
  environment: Environment;
  teardown?: string;
}

/** What somebody wants, of an environment that slept last as they saw it: else it is over what they wanted. */
export interface Wish {
  wish: 'sleep' | 'wake';
  lastSleep?: string | undefined;
}

/** Keeps a wish while no worker runs, where an update would be lost. Those who wait for it wait with an update. */
export const wishSignal = defineSignal<[Wish]>('wish');

/** Puts the environment to sleep, and waits until it is. */
export const sleepUpdate = defineUpdate<Environment>('sleep');

/** Lets the environment stay awake for at least so long from now on, such as `8h`. */
export const extendUpdate = defineUpdate<Environment, [string]>('extend');

/**
 * Waits until the environment is provisioned and verified, and wakes it where it sleeps. Fails with a problem, after
 * everything is undone or it is asleep again.
 *
 * There is no message to end an environment: its workflow is cancelled, which Temporal keeps even while no worker runs,
 * shows at once to everyone who describes the run, and offers to operators in its UI.
 */
export const startUpdate = defineUpdate<Environment>('start');

/**
 * Ends a teardown that is stuck though something is left, for an administrator who answers for it. Fails with a problem
 * where nothing holds it up.
 */
export const abandonUpdate = defineUpdate<Abandonment, [Pick<Abandonment, 'by' | 'reason'>]>('abandon');

/** Lets a developer into the environment for some time. Fails with a problem where it is not there to be entered. */
export const accessUpdate = defineUpdate<SealedAccess, [AccessRequest]>('access');

/**
 * Says that the cluster may hold something else than this environment should: its workflow then looks by itself. What it
 * finds it mends, or shows; where its namespace is gone, the life ends. Nothing is trusted that the sender has seen.
 */
export const checkSignal = defineSignal('check');
