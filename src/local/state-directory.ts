import { readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { removeVolumes } from './control-plane/volumes.ts';
import { makeDirectories } from './directories.ts';
import { cgroupOf, removeCgroup } from './node/cgroup.ts';
import { tryLock } from './processes/lock-file.ts';
import { systemErrorCode, UserError } from './user-error.ts';

const LOCK_NAME = 'supervisor.json';

/** A state directory that this process, and no other, may use. */
export interface HeldStateDirectory {
  readonly path: string;
  /** Lets others use it. */
  release(): void;
}

/**
 * Makes the state directory where it is missing, readable by its owner only, and holds it.
 *
 * @param path - absolute
 * @throws {@link UserError} when it cannot be made or another process holds it
 */
export function holdStateDirectory(path: string): HeldStateDirectory {
  try {
    makeDirectories(path);
    const lock = tryLock(join(path, LOCK_NAME));
    if ('holder' in lock) {
      throw new UserError(
        `Berth already runs here as process ${lock.holder.pid} (state directory ${path}): stop it with Ctrl-C or \`kill ${lock.holder.pid}\`, or set BERTH_STATE_DIR to another directory.`,
      );
    }
    return { path, release: lock.release };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `The state directory ${path} cannot be written (${systemErrorCode(error)}): make it writable, or set BERTH_STATE_DIR to a directory that is.`,
    );
  }
}

/**
 * Empties a state directory that this process holds, and deletes what was made for it elsewhere. Its processes must
 * have ended.
 */
export function emptyState(path: string): void {
  removeVolumes(join(path, 'etcd'));
  removeCgroup(cgroupOf(path));
  for (const entry of readdirSync(path)) {
    if (entry !== LOCK_NAME) rmSync(join(path, entry), { recursive: true, force: true, maxRetries: 10 });
  }
}

/** The state directory of a command: `BERTH_STATE_DIR`, or `.berth` where the command was called. */
export function stateDirectoryOf(environment: NodeJS.ProcessEnv, workingDirectory: string): string {
  const chosen = environment.BERTH_STATE_DIR;
  return resolve(workingDirectory, chosen || '.berth');
}
