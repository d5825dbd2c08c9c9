import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { signalGroup } from '../processes/records.ts';
import type { Supervisor } from '../processes/supervisor.ts';

/** How a command is run. */
export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Keeps track of the command, and ends it with its children when it aborts. */
  readonly supervisor: Supervisor;
  /** Told each line of its output as it comes. */
  readonly onLine?: (line: string) => void;
}

/** A command that failed, with what it said. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  /** The last lines of its output. */
  readonly output: string;

  constructor(command: string, code: number | string, output: string) {
    super(`${command} failed (${code})`);
    this.output = output;
  }
}

const KEPT_LINES = 60;

/**
 * Runs a command to its end.
 *
 * @returns the last lines of its output
 * @throws {@link CommandFailure} when it cannot be started or fails, or the signal's reason
 */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { env, cwd, supervisor, onLine } = options;
  const { signal } = supervisor;
  signal.throwIfAborted();
  // A group of its own, so that its compilers end with it, and Ctrl-C is for us to pass on.
  const child = spawn(command, [...args], { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const untrack = supervisor.track(`install-${basename(command)}`, child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine?.(line);
    });
  }
  const stop = (): void => {
    if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
  };
  const ended = once(child, 'close').catch((error: Error) => [error.message]);
  signal.addEventListener('abort', stop);
  try {
    const [code, killedBy] = await ended;
    signal.throwIfAborted();
    if (code !== 0) throw new CommandFailure(command, code ?? killedBy, lines.join('\n'));
    return lines.join('\n');
  } finally {
    signal.removeEventListener('abort', stop);
    untrack();
  }
}
