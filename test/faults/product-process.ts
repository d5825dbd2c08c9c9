import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '../../src/local/processes/server-log.ts';
import { REPOSITORY } from '../../src/local/repository.ts';

/** As long as `npm start` gives it to end. */
const GRACE_MS = 10_000;
/** A process has its signal by then. */
const TOLD_WITHIN_MS = 1000;

/** A worker or an API server, in a process of its own as `npm start` runs them. */
export class ProductProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit').then(([code]) => code);
  }

  /**
   * Starts it and waits until it serves.
   *
   * @param env - all of its environment
   * @param log - the file that its output is added to
   * @param checkout - the code that it runs
   */
  static async start(
    part: 'worker' | 'api',
    env: NodeJS.ProcessEnv,
    log: string,
    checkout = REPOSITORY,
  ): Promise<ProductProcess> {
    const output = openSync(log, 'a', 0o600);
    const main = join(checkout, 'src', part, 'main.ts');
    // By the key that many share here, a sweep would take up the environments of others.
    const child = fork(main, {
      env: { BERTH_SWEEP_EVERY: 'never', BERTH_DRAIN: '0', ...env },
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    const started = new ProductProcess(child);
    const ending = started.#ended.then(() => {
      throw new Error(`The ${part} ended before it was ready:\n${lastLines(log).join('\n')}`);
    });
    await Promise.race([once(child, 'message'), ending]);
    return started;
  }

  get pid(): number {
    return this.#child.pid ?? Number.NaN;
  }

  /**
   * Tells it to end, and is gone before it has.
   * @param onGone called then: until it is, the process must have something in hand
   * @returns its exit code
   */
  async abandon(onGone: () => void): Promise<number | null> {
    this.#child.kill('SIGTERM');
    // What is sent at once comes in any order.
    await sleep(TOLD_WITHIN_MS);
    this.#child.disconnect();
    onGone();
    return await this.#ended;
  }

  /** `kill -9` */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /**
   * Ends it as a supervisor does; nothing happens where it has ended.
   * @returns its exit code; null where it had to be killed
   */
  async end(graceMs = GRACE_MS): Promise<number | null> {
    this.#child.kill('SIGTERM');
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    const code = await this.#ended;
    clearTimeout(killing);
    return code;
  }
}
