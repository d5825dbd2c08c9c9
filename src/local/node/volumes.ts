import { chmodSync, lstatSync, mkdirSync, readdirSync, watch } from 'node:fs';
import { join, resolve } from 'node:path';
import { VOLUME_ROOT } from '../control-plane/volumes.ts';
import { UserError } from '../user-error.ts';

const WRITABLE_BY_ALL = 0o777;
const CLOSED = 0o750;

/**
 * Makes volumes writable for pods, none of which runs as root: the controller-manager makes their directories for root
 * alone. Nobody else than root comes near them, for their parent is closed.
 *
 * @returns a function that ends it
 * @throws {@link UserError} where their parent is somebody else's, who could put there what they liked
 */
export function openVolumes(): () => void {
  mkdirSync(VOLUME_ROOT, { recursive: true, mode: CLOSED });
  // Without the slash at its end, by which a link would be followed.
  const root = lstatSync(resolve(VOLUME_ROOT));
  if (!root.isDirectory() || root.uid !== 0)
    throw new UserError(
      `${VOLUME_ROOT} must be a directory of root's, for volumes lie there: remove it, or use --simulated.`,
    );
  chmodSync(VOLUME_ROOT, CLOSED);
  const watcher = watch(VOLUME_ROOT, (_event, name) => {
    if (name !== null) open(name);
  });
  for (const name of readdirSync(VOLUME_ROOT)) open(name);
  return () => watcher.close();
}

function open(name: string): void {
  const path = join(VOLUME_ROOT, name);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  // A change of mode is itself something to be told of.
  if (stats?.isDirectory() && (stats.mode & WRITABLE_BY_ALL) !== WRITABLE_BY_ALL) chmodSync(path, WRITABLE_BY_ALL);
}
