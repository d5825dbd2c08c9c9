const SECONDS = 10;

/** How often something happened lately: counted by the second, over the last ten of them. */
export class Pace {
  readonly #counts = new Map<number, number>();

  /** @param now in milliseconds */
  count(now: number): void {
    const second = Math.floor(now / 1000);
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1);
    for (const old of this.#counts.keys()) if (old <= second - SECONDS) this.#counts.delete(old);
  }

  /** How often a second. */
  perSecond(now: number): number {
    const second = Math.floor(now / 1000);
    const lately = [...this.#counts].filter(([at]) => at > second - SECONDS);
    return lately.reduce((sum, [, count]) => sum + count, 0) / SECONDS;
  }
}
