import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type CallOutcome, outcomeOfFailure } from './call-outcome.ts';

const TICK_MS = 250;
/** After so many ticks without an answer Temporal is asked for next to nothing, and after so many it is given up. */
const [PROBE_AFTER, GIVE_UP_AFTER] = [3, 6];
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
  /** Aborted when nobody may wait any longer for what Temporal tells in its own time. */
  readonly waitsEnd: AbortSignal;
  readonly #onOutcome: (outcome: CallOutcome, seconds?: number) => void;
  #answers = 0;

  /** @param onOutcome is told of each call, and how long it took where Temporal should answer it at once */
  constructor(
    client: Client,
    waitsEnd = new AbortController().signal,
    onOutcome: (outcome: CallOutcome, seconds?: number) => void = () => undefined,
  ) {
    this.#client = client;
    this.waitsEnd = waitsEnd;
    this.#onOutcome = onOutcome;
  }

  /** @throws TemporalSilent */
  async make<T>(call: () => Promise<T>): Promise<T> {
    const { promise: silence, reject } = Promise.withResolvers<never>();
    let [seen, silentTicks] = [this.#answers, 0];
    // Ticks are counted, not time: while this process itself is busy, nothing ticks.
    const watch = setInterval(() => {
      silentTicks = this.#answers === seen ? silentTicks + 1 : 0;
      seen = this.#answers;
      if (silentTicks === PROBE_AFTER) this.#probe();
      if (silentTicks === GIVE_UP_AFTER) reject(new TemporalSilent());
    }, TICK_MS);
    const began = performance.now();
    const tell = (outcome: CallOutcome): void => this.#onOutcome(outcome, (performance.now() - began) / 1000);
    try {
      const answer = await Promise.race([this.#answered(() => this.#inTime(call)), silence]);
      tell('answered');
      return answer;
    } catch (error) {
      tell(error instanceof TemporalSilent ? 'silent' : outcomeOfFailure(error));
      throw error;
    } finally {
      clearInterval(watch);
    }
  }

  /** Makes a call that may wait for long; that it is answered shows that others can be. */
  async counted<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await this.#answered(call);
      this.#onOutcome('answered');
      return answer;
    } catch (error) {
      this.#onOutcome(outcomeOfFailure(error));
      throw error;
    }
  }

  async #answered<T>(call: () => Promise<T>): Promise<T> {
    try {
      const answer = await call();
      this.#answers += 1;
      return answer;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) this.#answers += 1;
      throw error;
    }
  }

  /** One call that is slow is no sign: an answer to this one shows that Temporal is there. */
  #probe(): void {
    const ask = () => this.#client.workflowService.getSystemInfo({});
    this.#answered(() => this.#inTime(ask)).catch(() => undefined);
  }

  #inTime<T>(call: () => Promise<T>): Promise<T> {
    return this.#client.withDeadline(Date.now() + CALL_MS, call);
  }
}
