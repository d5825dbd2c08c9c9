import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { signalGroup } from '../../src/local/processes/records.ts';
import { removeRun, STARTS_PREFIX } from '../setup/abandoned.ts';

export const REPOSITORY = join(import.meta.dirname, '..', '..');

/** How a start ended. */
export interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A start of Berth as a user makes it, in a process group of its own as a shell gives it. */
export class Start {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  stdout = '';
  stderr = '';

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.child = spawn(command, [...args], { cwd: REPOSITORY, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (data: Buffer) => {
      this.stdout += data.toString();
    });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.stderr += data.toString();
    });
    // A test that fails must not leave it running; its servers are ended by their records.
    onTestFinished(() => {
      if (this.child.pid !== undefined) signalGroup(this.child.pid, 'SIGKILL');
    });
    this.ended = once(this.child, 'close').then(([code]) => ({ code, stdout: this.stdout, stderr: this.stderr }));
  }

  /** What it announces when it is ready. @throws Error when it ends before */
  async ready(): Promise<Record<string, string>> {
    const line = new Promise<string>((resolve) => {
      const look = (): void => {
        if (this.stdout.includes('\n')) resolve(this.stdout);
      };
      this.child.stdout?.on('data', look);
      look();
    });
    const ending = this.ended.then(({ code, stderr }) => {
      throw new Error(`it ended with ${code} before it was ready: ${stderr}`);
    });
    return JSON.parse(await Promise.race([line, ending])) as Record<string, string>;
  }

  /** Ctrl-C, as a terminal sends it to the whole group. */
  interrupt(): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, 'SIGINT');
  }
}

/** Starts Berth by its launcher. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv): Start {
  return new Start(process.execPath, [join('src', 'local', 'launch.js'), ...args], env);
}

/** A directory for a test, removed after it with all that runs on its behalf. */
export function temporaryDirectory(): string {
  // Inside the run's own: what ends a run that was interrupted finds it there.
  const directory = mkdtempSync(join(inject('servers').stateDir, STARTS_PREFIX));
  onTestFinished(() => removeRun(directory));
  return directory;
}

/** The environment of this process, for a start with a state directory of its own. */
export function environmentFor(stateDirectory: string): NodeJS.ProcessEnv {
  return { ...process.env, BERTH_STATE_DIR: stateDirectory };
}

/** The processes that mention a directory in their arguments or environment, by their command lines. */
export function processesOf(directory: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
    if (pid === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (command !== '' && (command.includes(directory) || environment.includes(directory))) found.set(pid, command);
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}
