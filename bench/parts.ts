import { percentiles } from './percentiles.ts';

/** How long the parts of something took that was done again and again, in milliseconds. */
export class Parts {
  readonly #durations = new Map<string, number[]>();

  add(part: string, durationMs: number): void {
    this.#durations.set(part, [...(this.#durations.get(part) ?? []), durationMs]);
  }

  medians(): Record<string, number> {
    return Object.fromEntries([...this.#durations].map(([part, all]) => [part, percentiles(all).p50]));
  }
}
