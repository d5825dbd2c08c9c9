import { together } from '../percentiles.ts';
import type { Bench } from '../servers.ts';

/** What a start was answered: with a warm slot, made when it was asked for, or not with 200. */
export type Answer = 'warm' | 'cold' | 'refused';

/** So many environments are terminated at once. */
const TERMINATED_AT_ONCE = 16;

/** Developers who start environments, each one of their own, and end them all together. */
export class People {
  readonly #bench: Bench;
  #serial = 0;
  #started: string[] = [];

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** One who has started nothing yet. */
  next(): string {
    return `bench-${(this.#serial++).toString(36)}`;
  }

  /** `POST /environments/start`, as a user does who waits for 200. */
  async start(template: string, developer = this.next()): Promise<Answer> {
    this.#started.push(developer);
    const { status, text } = await this.#post('start', { dev_id: developer, project: 'bench', template });
    if (status === 200) return JSON.parse(text).provisioned_from === 'cold' ? 'cold' : 'warm';
    process.stderr.write(`A start was answered with ${status}: ${text}\n`);
    return 'refused';
  }

  /** Ends all that was started, and waits until nothing is left of it. */
  async terminateAll(): Promise<void> {
    const [started, before] = [this.#started, this.#started.length];
    this.#started = [];
    await together(TERMINATED_AT_ONCE, before, async (index) => {
      const { status, text } = await this.#post('terminate', { dev_id: started[index], project: 'bench' });
      // One that was refused may never have been there.
      if (status !== 200 && status !== 404) throw new Error(`terminate answered ${status}: ${text}`);
    });
  }

  async #post(verb: string, body: object): Promise<{ status: number; text: string }> {
    const { api, adminToken } = this.#bench;
    const response = await fetch(`${api}/environments/${verb}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  }
}
