import type { Supervisor } from '../processes/supervisor.ts';
import type { Progress } from '../progress.ts';

/** What an installation may use. */
export interface InstallOptions {
  /** The cache directory. */
  readonly cache: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Keeps track of the commands that are run, and ends them. */
  readonly supervisor: Supervisor;
}
