import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../../src/environment/environment.ts';
import type { CapacityNow } from '../../src/temporal/capacity-now.ts';
import { together } from '../percentiles.ts';
import type { Bench } from '../servers.ts';

/** So many environments are terminated at once. */
const TERMINATED_AT_ONCE = 16;
const LOOK_EVERY_MS = 1000;
const MOST_TRIES = 100;

/** An administrator of the system, by its API. */
export class Operator {
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** Sets pools, calendar and servers, in place of what was set. */
  async setCapacity(settings: object): Promise<void> {
    await this.#ask('PUT', '/capacity', settings);
  }

  async capacity(): Promise<CapacityNow> {
    return (await this.#ask('GET', '/capacity')) as CapacityNow;
  }

  /** All environments that are open, page by page. */
  async environments(): Promise<Environment[]> {
    const environments: Environment[] = [];
    let page: string | undefined;
    do {
      const query = new URLSearchParams({ limit: '200', ...(page !== undefined && { page }) });
      const answer = (await this.#ask('GET', `/environments/status?${query}`)) as Listed;
      environments.push(...answer.environments);
      page = answer.next_page;
    } while (page !== undefined);
    return environments;
  }

  /** Ends environments, and waits until nothing is left of them. */
  async terminate(environments: readonly Environment[], onEnd: (count: number) => void): Promise<void> {
    let ended = 0;
    await together(TERMINATED_AT_ONCE, environments.length, async (index) => {
      const { dev_id, project } = environments[index] as Environment;
      await this.#ask('POST', '/environments/terminate', { dev_id, project });
      onEnd(++ended);
    });
  }

  /** Asks again where it is told to: others come first. */
  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const { api, adminToken } = this.#bench;
    for (let tries = 1; ; tries++) {
      const response = await fetch(`${api}${path}`, {
        method,
        headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status === 200) return JSON.parse(text);
      const isLater = [202, 429, 503].includes(response.status);
      if (!isLater || tries === MOST_TRIES) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      await sleep(1000 * Number(response.headers.get('retry-after') ?? 0) || LOOK_EVERY_MS);
    }
  }
}

interface Listed {
  environments: Environment[];
  next_page?: string;
}
