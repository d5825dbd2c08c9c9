import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { systemErrorCode } from '../user-error.ts';
import { identify, isRunning, type ProcessIdentity } from './identity.ts';

/** Either the lock, or who has it. */
export type LockAttempt = { release(): void } | { readonly holder: ProcessIdentity };

/**
 * Takes a lock file for this process unless a running process has it. One left by a process that was killed is taken
 * over.
 *
 * @throws the system error when the file's directory cannot be written
 */
export function tryLock(file: string): LockAttempt {
  const own = identify(process.pid);
  if (own === undefined) throw new Error('this process has no start time');
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(own), { mode: 0o600 });
  try {
    for (;;) {
      // A link appears with its content, or not at all.
      if (tryLink(draft, file)) return { release: () => rmSync(file, { force: true }) };
      const holder = readHolder(file);
      if (holder !== undefined && isRunning(holder)) return { holder };
      setAside(file, `${draft}.stale`, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a lock that nobody holds any more, but not one that someone took since we looked. */
function setAside(file: string, aside: string, expected: ProcessIdentity | undefined): void {
  try {
    renameSync(file, aside);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw error;
  }
  const found = readHolder(aside);
  if (found !== undefined && found.pid !== expected?.pid) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
