import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

/** Opens a fresh log for a server and keeps the one of its last run beside it. The caller closes the descriptor. */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) renameSync(file, `${file}.previous`);
  return openSync(file, 'a', 0o600);
}

/** The last lines of a log, each shortened to a width that a terminal shows. */
export function lastLines(file: string, count = 5, width = 300): string[] {
  const tailBytes = 16 * 1024;
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return [];
  }
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, tailBytes));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer.toString('utf8').split('\n').filter(Boolean);
    return lines.slice(-count).map((line) => line.slice(0, width));
  } finally {
    closeSync(descriptor);
  }
}
