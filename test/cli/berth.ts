import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { REPOSITORY } from '../../src/local/repository.ts';
import { someDeveloper, terminate, tokenFor } from '../setup/client.ts';

/** The entry of the command, as `package.json` names it. */
export const LAUNCHER = join(REPOSITORY, 'src', 'cli', 'launch.js');

/** How a command ended. */
export interface Ending {
  code: number | string;
  stdout: string;
  stderr: string;
}

/** The environment of a command at the shared API: none of the caller's own Berth variables. */
export function environmentOf(variables: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BERTH_'));
  return { ...Object.fromEntries(inherited), BERTH_API: inject('servers').api, ...variables };
}

/** Runs `berth` as its user does, in a process of its own. */
export function berth(args: readonly string[], variables: Record<string, string> = {}, input = ''): Promise<Ending> {
  return ended(process.execPath, [LAUNCHER, ...args], variables, input);
}

/** Runs a program to its end. */
export function ended(
  command: string,
  args: readonly string[],
  variables: Record<string, string> = {},
  input = '',
): Promise<Ending> {
  return new Promise((resolve) => {
    const options = { cwd: REPOSITORY, env: environmentOf(variables) };
    const child = execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
    // A command may end before it has read what it was given.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** A developer whom nobody knows yet, and whose environments end with the test. */
export async function someone() {
  const developer = someDeveloper();
  const token = await tokenFor(developer);
  onTestFinished(async () => {
    for (const project of ['shop', 'forum']) {
      await terminate(token, { dev_id: developer, project }, { Prefer: 'respond-async' });
    }
  });
  return { developer, token, variables: { BERTH_TOKEN: token } };
}
