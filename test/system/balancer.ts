import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { lastLines } from '../../src/local/processes/server-log.ts';
import { REPOSITORY } from '../../src/local/repository.ts';

const CONFIGURATION = join(REPOSITORY, 'deploy', 'haproxy', 'haproxy.cfg');

const STARTED_MS = 20_000;
/** Two seconds, where the machine is not busy with others. */
const UP_MS = 60_000;

/** Debian's HAProxy, configured as this repository ships it, before two API servers. */
export class Balancer {
  readonly url: string;
  readonly #metrics: string;
  readonly #child: ChildProcess;

  private constructor(address: string, metricsAddress: string, child: ChildProcess) {
    this.url = `http://${address}`;
    this.#metrics = `http://${metricsAddress}/metrics`;
    this.#child = child;
  }

  /**
   * Starts it, and waits until it listens.
   * @param apis the URLs of the two
   * @param directory for its log
   */
  static async start(apis: readonly string[], directory: string): Promise<Balancer> {
    const chosen = await choosePorts(join(directory, 'ports.json'), { balancer: undefined, metrics: undefined });
    const [address, metrics] = [`${LOOPBACK}:${chosen.balancer}`, `${LOOPBACK}:${chosen.metrics}`];
    const places = apis.map((api, index) => [`BERTH_API_${index + 1}`, new URL(api).host]);
    const log = join(directory, 'haproxy.log');
    const output = openSync(log, 'a', 0o600);
    const child = spawn('haproxy', ['-db', '-f', CONFIGURATION], {
      env: {
        PATH: process.env.PATH,
        BERTH_BALANCER: address,
        BERTH_BALANCER_METRICS: metrics,
        ...Object.fromEntries(places),
      },
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const balancer = new Balancer(address, metrics, child);
    await vi.waitFor(
      async () => {
        if (child.exitCode !== null) throw new Error(`HAProxy ended:\n${lastLines(log).join('\n')}`);
        await balancer.#servers();
      },
      { timeout: STARTED_MS },
    );
    return balancer;
  }

  /** Waits until it sends requests to a server, by its index: whoever rolls the next one would wait for that, too. */
  async untilUp(index: number): Promise<void> {
    const isUp = `haproxy_server_status{proxy="api",server="api-${index + 1}",state="UP"} 1`;
    await vi.waitFor(async () => expect(await this.#servers()).toContain(isUp), { timeout: UP_MS });
  }

  /** What it tells of the API servers, in lines. */
  async #servers(): Promise<string[]> {
    const answer = await fetch(`${this.#metrics}?metrics=haproxy_server_status`);
    return (await answer.text()).split('\n');
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}
