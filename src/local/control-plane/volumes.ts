import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where volumes lie: the controller-manager's host-path provisioner knows no other place. */
export const VOLUME_ROOT = '/tmp/hostpath_pv/';
const UUID_LENGTH = 36;

/**
 * Removes the volumes' directories that a control plane made, found by their paths in etcd's files: when its state is
 * deleted, no controller does it. Paths of volumes that are long gone do no harm, for their names are unique.
 */
export function removeVolumes(etcdDirectory: string): void {
  const paths = new Set(filesUnder(etcdDirectory).flatMap((file) => volumePathsIn(readFileSync(file))));
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

/** The paths of volumes that occur in a file of etcd's, which stores objects as they are. */
export function volumePathsIn(content: Buffer): string[] {
  const paths: string[] = [];
  for (let at = content.indexOf(VOLUME_ROOT); at !== -1; at = content.indexOf(VOLUME_ROOT, at + 1)) {
    const uuid = content.toString('latin1', at + VOLUME_ROOT.length, at + VOLUME_ROOT.length + UUID_LENGTH);
    if (/^[0-9a-f-]{36}$/.test(uuid)) paths.push(VOLUME_ROOT + uuid);
  }
  return paths;
}

function filesUnder(directory: string): string[] {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  } catch {
    return [];
  }
}
