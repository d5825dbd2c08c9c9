import type { Environment } from '../../environment/environment.ts';

/** What a call comes to: the environment, and whether what was asked for is done or goes on. */
export interface Outcome {
  environment: Environment;
  isDone: boolean;
}

/** How long the caller waits, in milliseconds, where it could be as long as given. */
export type Wait = (longestMs: number) => number;
