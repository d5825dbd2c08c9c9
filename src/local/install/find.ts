import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findVersion } from './programs.ts';

const run = promisify(execFile);

/** The directories where programs are looked for: envtest's, when it is set, and the PATH. */
export function searchPath(environment: NodeJS.ProcessEnv): string[] {
  const path = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  const assets = environment.KUBEBUILDER_ASSETS;
  return assets ? [assets, ...path] : path;
}

/**
 * The first program of a name whose version fits; undefined when there is none.
 *
 * @param versionArguments - what makes it print its version
 */
export async function findProgram(
  name: string,
  directories: readonly string[],
  fits: (version: string) => boolean,
  versionArguments: readonly string[] = ['--version'],
): Promise<string | undefined> {
  for (const directory of directories) {
    const file = join(directory, name);
    if (!(await isExecutable(file))) continue;
    const version = await versionOf(file, versionArguments);
    if (version !== undefined && fits(version)) return file;
  }
  return undefined;
}

/** Whether a file is there and may be run. */
export async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function versionOf(file: string, versionArguments: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run(file, [...versionArguments], { timeout: 10_000 });
    return findVersion(stdout);
  } catch {
    return undefined;
  }
}
