import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goEnvironment } from '../../src/local/install/build.ts';
import { cacheDirectory, prepareCache } from '../../src/local/install/cache.ts';
import { runCommand } from '../../src/local/install/command.ts';
import { findOrInstallGo } from '../../src/local/install/go.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { PREFIX } from './abandoned.ts';

/**
 * Runs Go in a module under `tools/`, as the installer does: what is fetched and compiled is shared with it.
 *
 * @param onLine - told each line of its output
 * @throws CommandFailure with its last lines, when it fails
 */
export async function runGo(module: string, args: readonly string[], onLine?: (line: string) => void): Promise<void> {
  const cache = cacheDirectory(process.env);
  const directory = mkdtempSync(join(tmpdir(), PREFIX));
  const supervisor = new Supervisor(directory);
  try {
    prepareCache(cache);
    const progress = progressOn(process.stderr);
    const go = await findOrInstallGo({ cache, environment: process.env, progress, supervisor });
    await runCommand(go, args, {
      cwd: join(REPOSITORY, 'tools', module),
      env: goEnvironment(cache, process.env),
      supervisor,
      ...(onLine && { onLine }),
    });
  } finally {
    await supervisor.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}
