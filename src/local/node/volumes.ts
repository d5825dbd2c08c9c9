import { chmodSync, mkdirSync, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { VOLUME_ROOT } from '../control-plane/volumes.ts';

const WRITABLE_BY_ALL = 0o777;

/**
 * Makes volumes writable for pods, none of which runs as root: the controller-manager makes their directories for root
 * alone. Nobody else than root comes near them, for their parent is closed.
 *
 * @returns a function that ends it
 */
export function openVolumes(): () => void {
  mkdirSync(VOLUME_ROOT, { recursive: true, mode: 0o750 });
  const watcher = watch(VOLUME_ROOT, (_event, name) => {
    if (name !== null) open(name);
  });
  for (const name of readdirSync(VOLUME_ROOT)) open(name);
  return () => watcher.close();
}

function open(name: string): void {
  const path = join(VOLUME_ROOT, name);
  try {
    // A change of mode is itself something to be told of.
    if ((statSync(path).mode & WRITABLE_BY_ALL) !== WRITABLE_BY_ALL) chmodSync(path, WRITABLE_BY_ALL);
  } catch {
    // It has gone already.
  }
}
