import type { WorkflowHandle } from '@temporalio/client';
import type { PathName } from './paths.ts';
import type { Stage } from './stage.ts';

/** Something done for real, and the paths that it leads workflows along. */
export interface Play {
  readonly paths: readonly PathName[];
  /** @returns for each of the paths the run that went along it */
  play(stage: Stage): Promise<Readonly<Partial<Record<PathName, WorkflowHandle>>>>;
}

/** A play that must come back with a run for each of its paths. */
export function play<Name extends PathName>(
  paths: readonly Name[],
  play: (stage: Stage) => Promise<Record<Name, WorkflowHandle>>,
): Play {
  return { paths, play };
}
