import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { cacheDirectory, prepareCache, publishDirectory, versionedDirectory } from '../../src/local/install/cache.ts';
import { explainFailure } from '../../src/local/install/failure.ts';
import { installWheels } from '../../src/local/install/python.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { silent } from '../../src/local/progress.ts';
import { REPOSITORY } from '../../src/local/repository.ts';

const run = promisify(execFile);

/**
 * A Python that has `requests`: the one on the PATH, else one in a private virtual environment in Berth's cache.
 * @throws Error that says what is missing
 */
export async function pythonWithRequests(): Promise<string> {
  if (await hasRequests('python3')) return 'python3';
  const cache = cacheDirectory(process.env);
  const directory = versionedDirectory(cache, 'python-requests', '2.32.4');
  const python = join(directory, 'bin', 'python');
  if (await hasRequests(python)) return python;
  prepareCache(cache);
  const unfinished = `${directory}.${process.pid}`;
  try {
    const requirements = join(REPOSITORY, 'tools', 'python', 'requests.txt');
    const supervisor = new Supervisor(inject('servers').stateDir);
    const options = { cache, environment: process.env, progress: silent, supervisor };
    await installWheels("Python's requests", requirements, unfinished, options);
    // One that is there and does not work, as after an update of Python, makes way.
    await rm(directory, { recursive: true, force: true });
    await publishDirectory(unfinished, directory);
  } catch (error) {
    throw explainFailure("Python's requests", cache, error);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return python;
}

/** Runs a program's text. @returns what it printed */
export async function runPython(python: string, text: string): Promise<string> {
  const running = run(python, ['-'], { timeout: 90_000 });
  running.child.stdin?.end(text);
  return (await running).stdout;
}

function hasRequests(python: string): Promise<boolean> {
  return run(python, ['-c', 'import requests'], { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
}
