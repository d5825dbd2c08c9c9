import { WorkflowNotFoundError } from '@temporalio/client';

const TICK_MS = 250;
const MOST_SILENT_TICKS = 6;

/** Temporal has answered nobody for one and a half seconds. */
export class TemporalSilent extends Error {
  override readonly name = 'TemporalSilent';
}

/**
 * Tells a Temporal that is busy from one that cannot be reached: a busy one answers others meanwhile. So a call is given
 * up soon where nobody is answered any more, and else gets the time that it has.
 */
export class PromptCalls {
  #answers = 0;

  /** @throws TemporalSilent */
  async make<T>(call: () => Promise<T>): Promise<T> {
    const { promise: silence, reject } = Promise.withResolvers<never>();
    let [seen, silentTicks] = [this.#answers, 0];
    // Ticks are counted, not time: while this process itself is busy, nothing ticks.
    const watch = setInterval(() => {
      silentTicks = this.#answers === seen ? silentTicks + 1 : 0;
      seen = this.#answers;
      if (silentTicks === MOST_SILENT_TICKS) reject(new TemporalSilent('Temporal does not answer.'));
    }, TICK_MS);
    try {
      return await Promise.race([this.counted(call), silence]);
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
}
