/** What dies so often within so long is not helped by being started again. */
const [MOST_DEATHS, WITHIN_MS] = [5, 300_000];
/** The pause after the first death, in milliseconds; after each further one it is twice as long. */
const FIRST_PAUSE_MS = 1000;

/** When servers that died are started again. */
export class Restarts {
  /** Of late, in milliseconds. */
  #deaths: number[] = [];

  /**
   * Counts a death.
   * @param nowMs by a clock that is never set
   * @returns after how many milliseconds another is started; `undefined` where too many died of late
   */
  afterDeath(nowMs: number): number | undefined {
    const before = this.#deaths.filter((at) => nowMs - at < WITHIN_MS);
    this.#deaths = [...before, nowMs];
    return before.length + 1 < MOST_DEATHS ? FIRST_PAUSE_MS * 2 ** before.length : undefined;
  }
}
