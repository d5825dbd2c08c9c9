import { type Bucket, type Quota, refilled } from './bucket.ts';

/** Who has not asked for the longest time is forgotten first: their quota is full again, or nearly so. */
const MOST_KEPT = 10_000;

/** What is left to each of many, in memory that does not grow with them. */
export class Buckets {
  readonly quota: Quota;
  readonly #kept = new Map<string, Bucket>();

  constructor(quota: Quota) {
    this.quota = quota;
  }

  /** What is left to somebody. */
  of(whom: string, now: number): Bucket {
    return refilled(this.#kept.get(whom), this.quota, now);
  }

  /** Takes one from what is left to somebody. */
  take(whom: string, now: number): void {
    const { left, at } = this.of(whom, now);
    this.#kept.delete(whom);
    this.#kept.set(whom, { left: left - 1, at });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}
