import { type Client, WorkflowNotFoundError } from '@temporalio/client';

const TICK_MS = 250;
const SILENT_TICKS = 4;
const PROBE_MS = 500;
/** For what Temporal answers at once, unless it is busy; in milliseconds. */
const CALL_MS = 10_000;

/** Temporal answers nobody: neither who waits, nor a question that asks for nothing. */
export class TemporalSilent extends Error {
  override readonly name = 'TemporalSilent';
}

/**
 * Tells a Temporal that is busy from one that cannot be reached: a busy one answers others meanwhile. So a call is given
 * up within two seconds where nobody is answered any more, and else gets the time that it has.
 */
export class PromptCalls {
  readonly #client: Client;
  #answers = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  /** @throws TemporalSilent */
  async make<T>(call: () => Promise<T>): Promise<T> {
    const { promise: silence, reject } = Promise.withResolvers<never>();
    let [seen, silentTicks] = [this.#answers, 0];
    // Ticks are counted, not time: while this process itself is busy, nothing ticks.
    const watch = setInterval(() => {
      silentTicks = this.#answers === seen ? silentTicks + 1 : 0;
      seen = this.#answers;
      if (silentTicks === SILENT_TICKS) void this.#probe().catch(() => reject(new TemporalSilent()));
    }, TICK_MS);
    try {
      return await Promise.race([this.counted(() => this.#client.withDeadline(Date.now() + CALL_MS, call)), silence]);
    } finally {
      clearInterval(watch);
    }
  }

  /** Makes a call that may wait for long; that it is answered shows that others can be. */
  async counted<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#answers += 1;
      return answer;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) this.#answers += 1;
      throw error;
    }
  }

  /** @throws where Temporal does not answer the least question */
  async #probe(): Promise<void> {
    const ask = () => this.#client.workflowService.getSystemInfo({});
    await this.counted(() => this.#client.withDeadline(Date.now() + PROBE_MS, ask));
  }
}
