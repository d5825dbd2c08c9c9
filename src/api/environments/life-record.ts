import { heldUpByDefect } from '../../environment/defect.ts';
import { type Environment, isOver } from '../../environment/environment.ts';
import { problem } from '../../environment/problem.ts';

/** One life of an environment as Temporal holds it: readable with no worker running. */
export interface LifeRecord {
  /** Its first run, by which it is told from the lives before and after it. */
  life: string;
  /** The run that leads it now: it goes on in a new one where its history has grown long. */
  run: string;
  isOpen: boolean;
  /** Its end was asked for, whether or not a worker has seen that yet. */
  isEnding: boolean;
  /** As its workflow last showed it. */
  environment: Environment;
  /** Since when its workflow fails, again and again, to take in what has happened. RFC 3339 */
  failingSince: string | undefined;
  /** The workflow that tears it down, once one does. */
  teardown: string | undefined;
}

/** Whether a life goes on and is not about to end, so that a start means this one. */
export function isAlive({ isOpen, isEnding, environment }: LifeRecord): boolean {
  return isOpen && !isEnding && environment.state !== 'terminating';
}

/** The environment of a life, as it is shown. */
export function shown(life: LifeRecord): Environment {
  const environment = lastKnown(life);
  return life.failingSince === undefined ? environment : heldUpByDefect(environment, life.failingSince);
}

function lastKnown({ isOpen, isEnding, environment, teardown }: LifeRecord): Environment {
  if (isOver(environment.state) || (teardown !== undefined && !isOpen)) return environment;
  if (isOpen) return isEnding ? { ...environment, state: 'terminating' } : environment;
  const detail =
    'Its workflow was ended by hand, and what it built may still be there. If it was ready, the next sweep takes it up ' +
    'again: wait some minutes. Else start it again.';
  return { ...environment, state: 'failed', problem: problem('internal', detail) };
}
