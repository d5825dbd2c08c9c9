import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../../src/local/repository.ts';

const MOST_COMMITS = 200;

/** The newest commit whose workflows are not those of today; `undefined` where git knows none. */
export function yesterday(): string | undefined {
  try {
    const commits = git('rev-list', `--max-count=${MOST_COMMITS}`, 'HEAD').trim().split('\n');
    return commits.find((commit) => isOtherThanToday(commit));
  } catch {
    return undefined;
  }
}

/** Puts the code of a commit into a new directory, where it runs with the packages of today. */
export function checkOut(commit: string, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const archive = execFileSync('git', ['archive', commit], { cwd: REPOSITORY, maxBuffer: 2 ** 28 });
  execFileSync('tar', ['-x', '-C', directory], { input: archive });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(directory, 'node_modules'));
}

function isOtherThanToday(commit: string): boolean {
  return git('diff', '--name-only', commit, '--', 'src/workflows') !== '';
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
