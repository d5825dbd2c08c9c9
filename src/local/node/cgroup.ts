import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from '../user-error.ts';

const ROOT = '/sys/fs/cgroup';
/** What was killed takes a moment to go. */
const RETRY_MS = 20;
const MOST_TRIES = 500;

/** The cgroup of a state directory's node, under which kubelet puts those of its pods. */
export function cgroupOf(stateDirectory: string): string {
  return `/berth-${createHash('sha256').update(stateDirectory).digest('hex').slice(0, 12)}`;
}

/** Makes a cgroup in every hierarchy: in one of version 2, or in each controller's of version 1. */
export function makeCgroup(cgroup: string): void {
  for (const directory of directoriesOf(cgroup)) mkdirSync(directory, { recursive: true });
}

/** Removes a cgroup with all below it, once no process is left in them; nothing happens where there is none. */
export function removeCgroup(cgroup: string): void {
  for (const directory of directoriesOf(cgroup)) if (existsSync(directory)) removeTree(directory);
}

function directoriesOf(cgroup: string): string[] {
  const isVersion2 = existsSync(join(ROOT, 'cgroup.controllers'));
  const hierarchies = isVersion2 ? [ROOT] : hierarchiesOfVersion1();
  return hierarchies.map((hierarchy) => join(hierarchy, cgroup));
}

function hierarchiesOfVersion1(): string[] {
  if (!existsSync(ROOT)) return [];
  const entries = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map(({ name }) => join(ROOT, name));
}

/** The files in a cgroup's directory are the kernel's: it goes with rmdir, once its last process is gone. */
function removeTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(directory, entry.name));
  }
  for (let tries = 1; ; tries++) {
    try {
      rmdirSync(directory);
      return;
    } catch (error) {
      if (systemErrorCode(error) !== 'EBUSY' || tries === MOST_TRIES) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
    }
  }
}
