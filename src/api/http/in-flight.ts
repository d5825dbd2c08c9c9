import type { Middleware } from 'koa';

/** What a server has in hand, as whoever scales servers reads it. */
export interface InFlightReport {
  /** How many callers have asked for something to be done, and are not answered yet. */
  in_flight: number;
  /** How many there may be at once. */
  most: number;
}

/** Counts those for whom a server does something. Whoever only looks does not count: that is bounded apart, and done at once. */
export class InFlight {
  readonly #most: number;
  #count = 0;

  /** @param most how many there may be at once */
  constructor(most: number) {
    this.#most = most;
  }

  get report(): InFlightReport {
    return { in_flight: this.#count, most: this.#most };
  }

  readonly count: Middleware = async ({ method }, next) => {
    if (method === 'GET') return await next();
    this.#count += 1;
    try {
      await next();
    } finally {
      this.#count -= 1;
    }
  };
}
