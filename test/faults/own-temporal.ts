import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import { installPrograms } from '../../src/local/install/install.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { ProcessRecords } from '../../src/local/processes/records.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';
import { registerSearchAttributes } from '../../src/local/temporal/search-attributes.ts';
import { type TemporalPorts, temporalCommand } from '../../src/local/temporal/server.ts';
import { SEARCH_ATTRIBUTE_NAMES } from '../../src/workflows/search-attributes.ts';

/** A Temporal server of a test's own, on a database that outlives it: it can be killed, started again and stopped short. */
export class OwnTemporal {
  readonly address: string;
  readonly #program: string;
  readonly #directory: string;
  readonly #ports: TemporalPorts;
  #server: ChildProcess | undefined;

  private constructor(program: string, directory: string, ports: TemporalPorts) {
    this.#program = program;
    this.#directory = directory;
    this.#ports = ports;
    this.address = `${LOOPBACK}:${ports.temporal}`;
  }

  /** Chooses its ports; it does not run yet. */
  static async prepare(directory: string): Promise<OwnTemporal> {
    const supervisor = new Supervisor(directory);
    const install = { cache: cacheDirectory(process.env), environment: process.env, supervisor };
    const programs = await installPrograms({ ...install, progress: progressOn(process.stderr) }, ['temporal']);
    const ports = await choosePorts(join(directory, 'ports.json'), {
      temporal: undefined,
      temporalUi: undefined,
      temporalMetrics: undefined,
    });
    return new OwnTemporal(programs.temporal, directory, ports);
  }

  /** Starts it, or starts it again, and waits until it serves. */
  async start(): Promise<void> {
    const { command, args } = temporalCommand(this.#program, this.#directory, this.#ports);
    const env = { PATH: process.env.PATH, TZ: 'UTC', HOME: this.#directory };
    this.#server = spawn(command, args, { cwd: this.#directory, env, detached: true, stdio: 'ignore' });
    // So that what ends an interrupted run finds it.
    if (this.#server.pid !== undefined) new ProcessRecords(this.#directory).add('temporal', this.#server.pid);
    await registerSearchAttributes(this.address, 'default', SEARCH_ATTRIBUTE_NAMES, new AbortController().signal);
  }

  /** `kill -9` */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  /** `kill -9`, and all that it knew is gone. */
  async forget(): Promise<void> {
    await this.kill();
    for (const file of this.#databaseFiles()) rmSync(join(this.#directory, file));
  }

  /** Sets aside what it knows now. It is stopped for that moment, as backups of a file need it. */
  async backUp(): Promise<void> {
    await this.kill();
    const backup = join(this.#directory, 'backup');
    mkdirSync(backup);
    for (const file of this.#databaseFiles()) copyFileSync(join(this.#directory, file), join(backup, file));
    await this.start();
  }

  /** `kill -9`, and from its next start on it knows what it knew when it was backed up. */
  async restore(): Promise<void> {
    await this.forget();
    const backup = join(this.#directory, 'backup');
    for (const file of readdirSync(backup)) copyFileSync(join(backup, file), join(this.#directory, file));
  }

  #databaseFiles(): string[] {
    return readdirSync(this.#directory).filter((file) => file.startsWith('temporal.db'));
  }

  /** It keeps its connections and answers nothing any more. */
  freeze(): void {
    this.#server?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#server?.kill('SIGCONT');
  }
}
