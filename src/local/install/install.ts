import type { Progress } from '../progress.ts';
import { UserError } from '../user-error.ts';
import { findCached } from './cache.ts';
import { findProgram, searchPath } from './find.ts';
import { PROGRAM_NAMES, type ProgramName, type Programs, versionFits } from './programs.ts';

/** What an installation may use. */
export interface InstallOptions {
  readonly cache: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Finds every program in the cache or on the PATH. */
export async function findPrograms({ cache, environment }: InstallOptions): Promise<Partial<Programs>> {
  const directories = searchPath(environment);
  const found = await Promise.all(
    PROGRAM_NAMES.map(
      async (name): Promise<[ProgramName, string | undefined]> => [
        name,
        (await findCached(cache, name)) ??
          (await findProgram(name, directories, (version) => versionFits(name, version))),
      ],
    ),
  );
  return Object.fromEntries(found.filter(([, path]) => path !== undefined));
}

/** TEMPORARY: finds only. */
export async function installPrograms(options: InstallOptions): Promise<Programs> {
  const programs = await findPrograms(options);
  const missing = PROGRAM_NAMES.filter((name) => programs[name] === undefined);
  if (missing.length > 0) throw new UserError(`missing ${missing.join(', ')}`);
  return programs as Programs;
}
