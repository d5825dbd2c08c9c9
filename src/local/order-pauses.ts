/** After the first order that failed, in milliseconds; after each further one in a row it is twice as long, up to the longest. */
const [FIRST_MS, LONGEST_MS] = [30_000, 600_000];

/** For how long no more servers are ordered, where of those that were some never came to serve. */
export class OrderPauses {
  #failedInARow = 0;
  #untilMs = Number.NEGATIVE_INFINITY;

  /**
   * Counts an order, of one server or of many.
   * @param nowMs by a clock that is never set
   */
  afterOrder(hasFailed: boolean, nowMs: number): void {
    this.#failedInARow = hasFailed ? this.#failedInARow + 1 : 0;
    if (hasFailed) this.#untilMs = nowMs + Math.min(FIRST_MS * 2 ** (this.#failedInARow - 1), LONGEST_MS);
  }

  /** How many milliseconds are left; none where it is no more than 0. */
  leftMs(nowMs: number): number {
    return this.#untilMs - nowMs;
  }
}
