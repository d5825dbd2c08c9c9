import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const AUTHOR = ['-c', 'user.name=Somebody', '-c', 'user.email=somebody@there.example'];

/**
 * Makes a Git repository of one commit that can be cloned from where files are served.
 *
 * @param parent where a directory of its own is made for it
 * @returns the directory that holds it, as `<name>.git`
 */
export function codeRepository(parent: string, name: string, page: string): string {
  const directory = mkdtempSync(join(parent, 'code-'));
  const work = join(directory, name);
  mkdirSync(work);
  const git = (...args: string[]) => execFileSync('git', [...AUTHOR, ...args], { cwd: work, stdio: 'pipe' });
  git('init', '--quiet', '--initial-branch=main');
  writeFileSync(join(work, 'index.html'), page);
  git('add', '.');
  git('commit', '--quiet', '--message=Open the shop');
  git('clone', '--quiet', '--bare', work, `${work}.git`);
  execFileSync('git', ['update-server-info'], { cwd: `${work}.git` });
  rmSync(work, { recursive: true });
  return directory;
}
