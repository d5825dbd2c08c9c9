import { setTimeout as sleep } from 'node:timers/promises';
import type { Exchange, ProxiedRequest } from './exchange.ts';

/** What becomes of a request in place of being passed on. */
export type Fault = (exchange: Exchange) => void | Promise<void>;

/** On which side of the apiserver's work a request is caught. */
export type Moment = 'before it is done' | 'after it is done';
export const MOMENTS: readonly Moment[] = ['before it is done', 'after it is done'];

/** It never reaches the apiserver. */
export const cut: Fault = (exchange) => exchange.cut();

/** The apiserver does it, and nobody learns what came of it. */
export const loseAnswer: Fault = async (exchange) => {
  await exchange.forward();
  exchange.cut();
};

/** The same, and the apiserver does it only later: what was given up is done yet. */
export function doLate(moment: Promise<unknown>): Fault {
  return async (exchange) => {
    exchange.cut();
    await moment;
    await exchange.forward();
  };
}

/** The apiserver is asked twice, as by a client that sends again what it has no answer to; the second answer counts. */
export const doTwice: Fault = async (exchange) => {
  await exchange.forward();
  exchange.reply(await exchange.forward());
};

/** The apiserver takes its time, in milliseconds. */
export function delay(ms: number): Fault {
  return async (exchange) => {
    await sleep(ms);
    await exchange.pass();
  };
}

/** So many requests are passed on before it is done. */
export function afterFirst(passed: number, fault: Fault): Fault {
  let seen = 0;
  return (exchange) => {
    seen += 1;
    return seen > passed ? fault(exchange) : exchange.pass();
  };
}

/** A watch is cut after so many milliseconds. */
export function cutAfter(ms: number): Fault {
  return (exchange) => exchange.passFor(ms, 'cut');
}

/** Nothing comes any more after so many milliseconds, and the connection stays: half-open, as where a firewall forgot it. */
export function silentAfter(ms: number): Fault {
  return (exchange) => exchange.passFor(ms, 'silence');
}

/** The same from a moment on. */
export function silentOnce(moment: Promise<unknown>): Fault {
  return (exchange) => exchange.passUntil(moment, 'silence');
}

/** It is answered with a `Status`, as the apiserver answers errors, and never reaches it. */
export function refuseWith(
  code: number,
  message: string,
  headers: Record<string, string> = {},
  reason?: string,
): Fault {
  const status = { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', message, reason, code };
  const body = Buffer.from(JSON.stringify(status));
  return (exchange) =>
    exchange.reply({ status: code, headers: { 'content-type': 'application/json', ...headers }, body });
}

/** Keeps requests waiting until the test has decided. */
export class Hold {
  readonly fault: Fault;
  /** The first request that is held. */
  readonly caught: Promise<ProxiedRequest>;
  readonly #decision = Promise.withResolvers<'go on' | 'drop'>();
  readonly #held = new Set<Exchange>();

  constructor(moment: Moment) {
    const { promise, resolve } = Promise.withResolvers<ProxiedRequest>();
    this.caught = promise;
    this.fault = async (exchange) => {
      this.#held.add(exchange);
      const answer = moment === 'after it is done' ? await exchange.forward() : undefined;
      resolve(exchange.request);
      if ((await this.#decision.promise) === 'drop') exchange.cut();
      else if (answer) exchange.reply(answer);
      else await exchange.pass();
    };
  }

  /**
   * Waits for the first request that is held.
   * @throws Error that says what has not come in time
   */
  async caughtWithin(ms: number, what: string): Promise<ProxiedRequest> {
    const giveUp = new AbortController();
    const never = sleep(ms, undefined, { signal: giveUp.signal }).then(() => {
      throw new Error(`Nobody made the request that was to be held within ${ms} ms: ${what}.`);
    });
    return await Promise.race([this.caught, never]).finally(() => giveUp.abort());
  }

  /** Whether somebody still waits for an answer: a client gives up after a time. */
  get isHolding(): boolean {
    return [...this.#held].some((exchange) => !exchange.isGivenUp);
  }

  /** Does something as soon as the test has decided. */
  onDecision(then: () => void): void {
    void this.#decision.promise.then(then);
  }

  /** What is held is answered as if nothing had been. */
  release(): void {
    this.#decision.resolve('go on');
  }

  /** What is held gets no answer; and what was not done never is. */
  drop(): void {
    this.#decision.resolve('drop');
  }
}
