import { comeBack, type Excess, retryAfter } from './come-back.ts';

/** Whom this server has refused, as far as it must know: when the next one of them is to come back. */
export class Returns {
  #nextAt = Number.NEGATIVE_INFINITY;

  /** When one more is to come back, as `Retry-After` has it. */
  next(excess: Excess): string {
    const { inMs, nextAt } = comeBack(excess, { now: performance.now(), nextAt: this.#nextAt }, Math.random());
    this.#nextAt = nextAt;
    return retryAfter(inMs);
  }
}
