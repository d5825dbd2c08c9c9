import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The key of an installation of its own. */
export function newKeyFile(directory: string): string {
  const file = join(directory, 'ownership.key');
  writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return file;
}
