import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { tryLock } from '../processes/lock-file.ts';
import { buildPrograms } from './build.ts';
import { clearPartial, findCached, prepareCache } from './cache.ts';
import { findProgram, searchPath } from './find.ts';
import { findOrInstallGo } from './go.ts';
import type { InstallOptions } from './options.ts';
import { type ProgramName, type Programs, versionFits } from './programs.ts';
import { installTemporal } from './temporal.ts';

/**
 * The paths of all programs: from the cache, else the PATH, else installed into the cache, which takes minutes once.
 *
 * @param needed - the programs that are needed; the others may be missing
 * @throws {@link UserError} that says what could not be installed, and why
 */
export async function installPrograms<Name extends ProgramName>(
  options: InstallOptions,
  needed: readonly Name[],
): Promise<Pick<Programs, Name>> {
  const found = await findPrograms(options, needed);
  if (needed.every((name) => name in found)) return found as Pick<Programs, Name>;
  prepareCache(options.cache);
  const lock = await takeInstallLock(options);
  try {
    // Whoever had the lock may have installed what we lack.
    const programs: Partial<Record<ProgramName, string>> = await findPrograms(options, needed);
    const missing = needed.filter((name) => !(name in programs));
    await clearPartial(options.cache);
    if (missing.includes('temporal' as Name)) programs.temporal = await installTemporal(options);
    const built = missing.filter((name) => name !== 'temporal');
    if (built.length > 0) Object.assign(programs, await buildPrograms(await findOrInstallGo(options), built, options));
    return programs as Pick<Programs, Name>;
  } finally {
    lock.release();
  }
}

async function findPrograms({ cache, environment }: InstallOptions, needed: readonly ProgramName[]) {
  const directories = searchPath(environment);
  const found = await Promise.all(
    needed.map(async (name) => [
      name,
      (await findCached(cache, name)) ??
        (await findProgram(name, directories, (version) => versionFits(name, version))),
    ]),
  );
  return Object.fromEntries(found.filter(([, path]) => path !== undefined)) as Partial<Record<ProgramName, string>>;
}

/** Two installs at once would only do the same work twice: the second waits. */
async function takeInstallLock({ cache, progress, supervisor }: InstallOptions): Promise<{ release(): void }> {
  let told = false;
  for (;;) {
    supervisor.signal.throwIfAborted();
    const attempt = tryLock(join(cache, 'install.lock'));
    if ('release' in attempt) return attempt;
    if (!told) progress.say(`Process ${attempt.holder.pid} is installing already; waiting for it …`);
    told = true;
    await sleep(500);
  }
}
