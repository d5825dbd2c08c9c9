import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemErrorCode } from './user-error.ts';

/**
 * Makes a directory and its parents, readable by their owner only where they are new. Node's own recursive mkdir never
 * returns where the system says ENOENT for another reason than a missing parent, as under /proc.
 *
 * @throws the system error when it cannot be made
 */
export function makeDirectories(path: string): void {
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) makeDirectories(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST' || !statSync(path).isDirectory()) throw error;
  }
}
