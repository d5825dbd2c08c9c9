import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../user-error.ts';
import { ProcessRecords, signalGroup } from './records.ts';
import { lastLines, openLog } from './server-log.ts';

/** A server to run. */
export interface ServerCommand {
  /** Its name in messages, in its record and in its log's name. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** All of its environment: nothing is inherited, so that no credential reaches a server that does not need it. */
  readonly env?: NodeJS.ProcessEnv;
  /** @default the state directory */
  readonly cwd?: string;
  /** How long it may take to end before it is killed. @default 5000 */
  readonly graceMs?: number;
  /** Whether it gets an IPC channel, on which it says 'ready'. @default false */
  readonly ipc?: boolean;
  /**
   * Called where it ends unasked, with what is to be said of that.
   * @default everything ends, for that reason
   */
  readonly onDeath?: (reason: UserError) => void;
}

interface RunningServer {
  readonly name: string;
  readonly child: ChildProcess;
  readonly graceMs: number;
}

/**
 * Runs servers as children in sessions of their own, so that Ctrl-C reaches only us and they end in our order.
 *
 * The first one that ends by itself aborts `signal`, with a {@link UserError} that names it as the reason: unless
 * somebody else sees to that one.
 */
export class Supervisor {
  readonly #stateDirectory: string;
  readonly #records: ProcessRecords;
  readonly #running = new Set<RunningServer>();
  /** Those that were told to end. */
  readonly #going = new Set<ChildProcess>();
  readonly #failure = new AbortController();
  #stopping = false;

  constructor(stateDirectory: string) {
    this.#stateDirectory = stateDirectory;
    this.#records = new ProcessRecords(stateDirectory);
  }

  /** Aborted once a server has died or {@link abort} was called; every wait of a start-up listens to it. */
  get signal(): AbortSignal {
    return this.#failure.signal;
  }

  /** Whether everything ends, or has ended. */
  get isEnding(): boolean {
    return this.#stopping || this.signal.aborted;
  }

  /** Ends what a former run of this state directory left behind; returns the names. */
  endLeftovers(): Promise<string[]> {
    return this.#records.endLeftovers();
  }

  /** Makes everything that waits give up, for the given reason. */
  abort(reason: Error): void {
    this.#failure.abort(reason);
  }

  /**
   * Starts a server; returns at once.
   * @throws the reason for which everything ends, where it does
   */
  start(server: ServerCommand): ChildProcess {
    this.#failure.signal.throwIfAborted();
    if (this.#stopping) throw new Error(`Everything was told to end: ${server.name} is not started any more.`);
    const logFile = this.logFile(server.name);
    const log = openLog(logFile);
    const child = spawn(server.command, server.args, {
      cwd: server.cwd ?? this.#stateDirectory,
      env: server.env ?? { PATH: process.env.PATH, TZ: 'UTC' },
      detached: true,
      stdio: server.ipc === true ? ['ignore', log, log, 'ipc'] : ['ignore', log, log],
    });
    closeSync(log);
    const running = { name: server.name, child, graceMs: server.graceMs ?? 5_000 };
    this.#track(running);
    child.once('error', (error) => this.#died(server, error.message));
    child.once('exit', (code, signal) => {
      this.#untrack(running);
      if (!this.#going.delete(child)) this.#died(server, signal === null ? `exit code ${code}` : signal);
    });
    return child;
  }

  /**
   * Keeps track of a command that ends by itself, in a session of its own, as one of the servers.
   *
   * @returns a function to call when it has ended
   */
  track(name: string, child: ChildProcess): () => void {
    const command = { name, child, graceMs: 0 };
    this.#track(command);
    return () => this.#untrack(command);
  }

  /** Where a server's output goes. */
  logFile(name: string): string {
    return join(this.#stateDirectory, 'logs', `${name}.log`);
  }

  /** Ends one server, and lets the others run. */
  async end(child: ChildProcess): Promise<void> {
    const server = [...this.#running].find((one) => one.child === child);
    if (server === undefined || hasEnded(child)) return;
    this.#going.add(child);
    await end(server);
  }

  /** Ends all servers, the last started first. Safe to call again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const server of [...this.#running].toReversed()) await end(server);
  }

  /** Kills all servers at once, without waiting; for a second Ctrl-C and for a process that is itself about to end. */
  killAll(): void {
    this.#stopping = true;
    for (const { name, child } of this.#running) {
      if (hasEnded(child) || child.pid === undefined) continue;
      signalGroup(child.pid, 'SIGKILL');
      this.#records.remove(name);
    }
  }

  #track(process: RunningServer): void {
    if (process.child.pid !== undefined) this.#records.add(process.name, process.child.pid);
    this.#running.add(process);
  }

  #untrack(process: RunningServer): void {
    this.#records.remove(process.name);
    this.#running.delete(process);
  }

  #died({ name, onDeath = (reason) => this.abort(reason) }: ServerCommand, how: string): void {
    if (this.isEnding) return;
    const log = this.logFile(name);
    const lines = lastLines(log).map((line) => `\n  ${line}`);
    const said = lines.length === 0 ? '' : ` Its last lines:${lines.join('')}`;
    onDeath(new UserError(`${name} ended unexpectedly (${how}); see ${log}.${said}`));
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function end({ child, graceMs }: RunningServer): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const exited = once(child, 'exit');
  signalGroup(child.pid, 'SIGTERM');
  const timer = new AbortController();
  await Promise.race([exited, sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
  if (!hasEnded(child)) {
    signalGroup(child.pid, 'SIGKILL');
    await exited;
  }
}
