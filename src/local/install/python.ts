import { join } from 'node:path';
import { UserError } from '../user-error.ts';
import { runCommand } from './command.ts';
import { findProgram, searchPath } from './find.ts';
import type { InstallOptions } from './options.ts';

const OLDEST_PYTHON = [3, 8];

/**
 * Makes a private virtual environment and installs pinned packages into it, each checked by its SHA-256.
 *
 * @param what - named in the errors
 * @param requirements - a requirements file with hashes
 * @param directory - where to make it; must not exist
 * @throws {@link UserError} when there is no usable Python, or CommandFailure when pip fails
 */
export async function installWheels(
  what: string,
  requirements: string,
  directory: string,
  { environment, supervisor }: InstallOptions,
): Promise<void> {
  const python = await findPython(what, environment);
  const run = (command: string, args: readonly string[]) => runCommand(command, args, { env: environment, supervisor });
  // Debian has the module, but not what it needs, in a package of its own.
  await run(python, ['-c', 'import venv, ensurepip']).catch(() => {
    supervisor.signal.throwIfAborted();
    throw new UserError(
      `${what} is installed with Python, but ${python} has no venv module: install it (on Debian and Ubuntu: apt install python3-venv) and run the command again.`,
    );
  });
  await run(python, ['-m', 'venv', directory]);
  await run(join(directory, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    '--require-hashes',
    '--no-deps',
    '--only-binary=:all:',
    '--no-compile',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--no-input',
    '--requirement',
    requirements,
  ]);
}

async function findPython(what: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const fits = (version: string): boolean => {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    return major === OLDEST_PYTHON[0] && minor >= (OLDEST_PYTHON[1] ?? 0);
  };
  for (const name of ['python3', 'python']) {
    const python = await findProgram(name, searchPath(environment), fits);
    if (python !== undefined) return python;
  }
  throw new UserError(
    `${what} is not on the PATH and installing it needs Python ${OLDEST_PYTHON.join('.')} or later, which is not there either: install Python (on Debian and Ubuntu: apt install python3 python3-venv) and run the command again.`,
  );
}
