import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessRecords } from '../../src/local/processes/records.ts';
import type { Supervisor } from '../../src/local/processes/supervisor.ts';
import { emptyState, holdStateDirectory } from '../../src/local/state-directory.ts';
import { UserError } from '../../src/local/user-error.ts';

/** What the names of test runs' state directories begin with. */
export const PREFIX = 'berth-test-';

/** Ends and removes what test runs that were killed have left; runs that go on are let be. */
export async function clearAbandoned(directory: string): Promise<void> {
  for (const name of readdirSync(directory).filter((entry) => entry.startsWith(PREFIX))) {
    const path = join(directory, name);
    // Without this file it is someone's who is just about to write it.
    if (!existsSync(join(path, 'supervisor.json'))) continue;
    try {
      holdStateDirectory(path);
    } catch (error) {
      if (error instanceof UserError) continue;
      throw error;
    }
    await new ProcessRecords(path).endLeftovers();
    await emptyState(path);
    rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Sees to it that nothing is left when the test runner ends without a teardown, as after Ctrl-C.
 *
 * @returns a function that takes this back
 */
export function removeAtExit(supervisor: Supervisor, stateDirectory: string): () => void {
  const remove = (): void => {
    supervisor.killAll();
    rmSync(stateDirectory, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', remove);
  return () => process.off('exit', remove);
}
