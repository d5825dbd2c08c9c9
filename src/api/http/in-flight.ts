import type { Middleware } from 'koa';
import type { OnRefused } from '../admission/refusal.ts';
import { Returns } from '../admission/returns.ts';
import { isLook } from './look.ts';
import { Pace } from './pace.ts';
import { refuseForNow } from './problems.ts';

/** What a server has in hand, as whoever scales servers reads it. */
export interface InFlightReport {
  /** How many callers have asked for something to be done, and are not answered yet. */
  in_flight: number;
  /** How many there may be at once. */
  most: number;
}

/**
 * Those for whom a server does something: so many at once, as another would only pile up. Who only looks is bounded apart,
 * so that those who wait keep nobody from looking, and is no load.
 */
export class InFlight {
  readonly #asking: Places;
  readonly #looking: Places;

  /** @param most how many may wait at once for what they ask to be done, and as many look */
  constructor(most: number) {
    this.#asking = new Places(most);
    this.#looking = new Places(most);
  }

  get report(): InFlightReport {
    return { in_flight: this.#asking.taken, most: this.#asking.most };
  }

  /** Refuses whoever comes beyond that. */
  bounded(onRefused: OnRefused): Middleware {
    return async ({ method }, next) => {
      if (isLook(method)) await this.#looking.hold(next, () => onRefused('most-looks'));
      else await this.#asking.hold(next, () => onRefused('most-calls'));
    };
  }
}

/** So many places, each taken by whoever is served until they have been. */
class Places {
  readonly most: number;
  readonly #left = new Pace();
  readonly #returns = new Returns();
  #taken = 0;

  constructor(most: number) {
    this.most = most;
  }

  get taken(): number {
    return this.#taken;
  }

  /** @throws ProblemError with 503, and when to come back, where none is free */
  async hold(serve: () => Promise<unknown>, onRefused: () => void): Promise<void> {
    if (this.#taken >= this.most) {
      onRefused();
      const detail = `This API server does what ${this.most} callers at once ask for, and that many wait already. Ask again.`;
      const perSecond = this.#left.perSecond(performance.now());
      throw refuseForNow(detail, this.#returns.next({ excessMs: 0, perSecond }));
    }
    this.#taken += 1;
    try {
      await serve();
    } finally {
      this.#taken -= 1;
      this.#left.count(performance.now());
    }
  }
}
