import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import { pythonWithRequests } from '../../src/local/install/requests.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { silent } from '../../src/local/progress.ts';

const run = promisify(execFile);

/**
 * A Python that has `requests`.
 * @throws Error that says what is missing
 */
export async function findPython(): Promise<string> {
  return await pythonWithRequests({
    cache: cacheDirectory(process.env),
    environment: process.env,
    progress: silent,
    supervisor: new Supervisor(inject('servers').stateDir),
  });
}

/** Runs a program's text. @returns what it printed */
export async function runPython(python: string, text: string): Promise<string> {
  const running = run(python, ['-'], { timeout: 90_000 });
  running.child.stdin?.end(text);
  return (await running).stdout;
}
