import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const RETRY_MS = 20;
/** A lock is held for milliseconds: one so old was left by a process that was killed. */
const STALE_MS = 5000;
const PATIENCE_MS = 10_000;

/**
 * Changes a file while nobody else does who asks here too, in this process or another: its lock is a file beside it.
 *
 * @throws Error that says what to do where the lock cannot be had in 10 seconds
 */
export async function whileLocked<T>(path: string, change: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isMade(lock))) {
    await removeStale(lock);
    if (Date.now() > deadline) {
      throw new Error(
        `${path} is being changed by another process: try again, or delete ${lock}* where there is none.`,
      );
    }
    await sleep(RETRY_MS * (1 + Math.random()));
  }
  try {
    return await change();
  } finally {
    await rm(lock, { force: true });
  }
}

/** One at a time, and after a second look: else two could remove a stale lock, the later one the earlier's new lock. */
async function removeStale(lock: string): Promise<void> {
  const remover = `${lock}.stale`;
  if (!(await isStale(lock)) || !(await isMade(remover))) return;
  try {
    if (await isStale(lock)) await rm(lock, { force: true });
  } finally {
    await rm(remover, { force: true });
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(lock)).mtimeMs > STALE_MS;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function isMade(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
