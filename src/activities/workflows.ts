import type { Environment } from '../environment/environment.ts';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Ours } from '../environment/sweep/decide.ts';

/** An environment whose workflow was lost, as its namespace remembers it. */
export interface Lost {
  specification: Specification;
  environment: Environment;
  life: Life;
  namespace: Namespace;
}

/** A life that goes on. */
export interface Leading {
  /** Its first run. */
  run: string;
  /** As its workflow shows it. */
  environment: Environment;
}

/** What activities must know of workflows. All but the list is as it is at the moment of asking. */
export interface Workflows {
  /** The life that an environment leads; `undefined` where no workflow of it is open. */
  lifeOf(identity: Identity): Promise<Leading | undefined>;
  /** Whether a workflow of the environment is open, whichever life it leads: by one call. */
  isOpen(identity: Identity): Promise<boolean>;
  /** Whether a teardown of this life is open, and since when, or was once begun. */
  teardownOf(identity: Identity, run: string): Promise<Pick<Ours, 'teardown' | 'tornDownSince'>>;
  /** Whether the canary whose first run this is goes on. */
  isCanary(run: string): Promise<boolean>;
  /** The run that makes a slot of this identity; `undefined` where none is open. */
  makerOf(identity: Identity): Promise<Pick<Leading, 'run'> | undefined>;
  /** Has a workflow go on with an environment. @returns whether it does: another life may have begun meanwhile */
  adopt(lost: Lost): Promise<boolean>;
  /** Has an environment compare itself with the cluster. */
  check(identity: Identity): Promise<void>;
  /** All environments that are to have a namespace by what their workflows show, by a list that lags a moment behind. */
  settled(): AsyncIterable<Environment>;
}
