import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity } from '../../src/local/processes/identity.ts';
import { ProcessRecords } from '../../src/local/processes/records.ts';
import type { Supervisor } from '../../src/local/processes/supervisor.ts';
import { emptyState } from '../../src/local/state-directory.ts';

/** What the names of test runs' state directories begin with. */
export const PREFIX = 'berth-test-';
/** What the names of the state directories inside them begin with, of the starts that tests make. */
export const STARTS_PREFIX = 'start-';

const LOCK_NAME = 'supervisor.json';

/** Ends and removes what test runs that were killed have left; runs that go on are let be. */
export function clearAbandoned(directory: string): void {
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith(PREFIX))) {
    const path = join(directory, name);
    // Without this file it is someone's who is just about to write it.
    if (existsSync(join(path, LOCK_NAME)) && runningHolder(path) === undefined) removeRun(path);
  }
}

/** Kills all that runs on behalf of a state directory and of the starts inside it, and removes it. */
export function removeRun(path: string): void {
  for (const name of readdirSync(path).filter((entry) => entry.startsWith(STARTS_PREFIX))) removeRun(join(path, name));
  const holder = runningHolder(path);
  if (holder !== undefined && holder.pid !== process.pid) process.kill(holder.pid, 'SIGKILL');
  new ProcessRecords(path).killAll();
  emptyState(path);
  // What has just been killed may still be writing.
  rmSync(path, { recursive: true, force: true, maxRetries: 10 });
}

/**
 * Sees to it that nothing is left when the test runner ends without a teardown, as after Ctrl-C.
 *
 * @returns a function that takes this back
 */
export function removeAtExit(supervisor: Supervisor, stateDirectory: string): () => void {
  const remove = (): void => {
    supervisor.killAll();
    removeRun(stateDirectory);
  };
  process.once('exit', remove);
  return () => process.off('exit', remove);
}

function runningHolder(path: string): ProcessIdentity | undefined {
  try {
    const holder = JSON.parse(readFileSync(join(path, LOCK_NAME), 'utf8')) as ProcessIdentity;
    return isRunning(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}
