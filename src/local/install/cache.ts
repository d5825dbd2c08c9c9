import { randomUUID } from 'node:crypto';
import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { arch, homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeDirectories } from '../directories.ts';
import { systemErrorCode, UserError } from '../user-error.ts';
import { isExecutable } from './find.ts';
import { PINNED_VERSIONS, type ProgramName } from './programs.ts';

/** Where installed programs are kept, outside any checkout (XDG Base Directory Specification). */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_CACHE_HOME;
  return join(base && isAbsolute(base) ? base : join(homedir(), '.cache'), 'berth');
}

/** The directory of one version of one thing for this machine. */
export function versionedDirectory(cache: string, name: string, version: string): string {
  return join(cache, `${name}-${version}-${platform()}-${arch()}`);
}

/** Where a program's pinned version is in the cache, installed or not. */
export function cachedProgram(cache: string, program: ProgramName): string {
  return join(versionedDirectory(cache, program, PINNED_VERSIONS[program]), program);
}

/** The program from the cache, when it is there. */
export async function findCached(cache: string, program: ProgramName): Promise<string | undefined> {
  const file = cachedProgram(cache, program);
  return (await isExecutable(file)) ? file : undefined;
}

/**
 * Makes the cache directory where it is missing.
 *
 * @throws {@link UserError} when it cannot be written
 */
export function prepareCache(cache: string): void {
  try {
    makeDirectories(join(cache, 'partial'));
    accessSync(cache, constants.W_OK);
  } catch (error) {
    throw new UserError(
      `The cache directory ${cache} cannot be written (${systemErrorCode(error)}): make it writable, or set XDG_CACHE_HOME to one that is.`,
    );
  }
}

/** Makes a directory inside the cache to prepare something in. */
export function temporaryDirectory(cache: string): string {
  const directory = join(cache, 'partial', randomUUID());
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Removes what killed installs have left half done. The caller holds the install lock. */
export async function clearPartial(cache: string): Promise<void> {
  await rm(join(cache, 'partial'), { recursive: true, force: true });
}

/** Moves a finished program into the cache, in one step, so that nobody ever sees half of it. */
export async function publishProgram(cache: string, program: ProgramName, file: string): Promise<string> {
  const target = cachedProgram(cache, program);
  mkdirSync(join(target, '..'), { recursive: true });
  chmodSync(file, 0o755);
  await rename(file, target);
  return target;
}

/** Moves a finished directory into the cache; when another install was quicker, its result stands. */
export async function publishDirectory(directory: string, target: string): Promise<void> {
  try {
    await rename(directory, target);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    await rm(directory, { recursive: true, force: true });
  }
}
