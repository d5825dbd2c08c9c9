import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REPOSITORY } from '../repository.ts';
import { prepareCache, publishDirectory, versionedDirectory } from './cache.ts';
import { explainFailure } from './failure.ts';
import type { InstallOptions } from './options.ts';
import { installWheels } from './python.ts';

const WHAT = "Python's requests";
const run = promisify(execFile);

/**
 * A Python that has `requests`: the one on the PATH, else one in a private virtual environment in the cache.
 * @throws UserError that says what is missing
 */
export async function pythonWithRequests(options: InstallOptions): Promise<string> {
  if (await hasRequests('python3')) return 'python3';
  const { cache } = options;
  const directory = versionedDirectory(cache, 'python-requests', '2.32.4');
  const python = join(directory, 'bin', 'python');
  if (await hasRequests(python)) return python;
  prepareCache(cache);
  const unfinished = `${directory}.${process.pid}`;
  try {
    const requirements = join(REPOSITORY, 'tools', 'python', 'requests.txt');
    await installWheels(WHAT, requirements, unfinished, options);
    // One that is there and does not work, as after an update of Python, makes way.
    await rm(directory, { recursive: true, force: true });
    await publishDirectory(unfinished, directory);
  } catch (error) {
    throw explainFailure(WHAT, cache, error);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return python;
}

function hasRequests(python: string): Promise<boolean> {
  return run(python, ['-c', 'import requests'], { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
}
