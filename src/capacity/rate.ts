import type { ServedStart } from './ledger.ts';

/** Over how long the rate of starts is measured. */
export const RATE_MS = 300_000;

/** How often there was a start in the last minutes before a moment, in milliseconds since the epoch. */
export function startsPerMinute(starts: readonly ServedStart[], untilMs: number): number {
  const recent = starts.filter(({ atMs }) => untilMs - RATE_MS <= atMs && atMs < untilMs);
  return recent.length / (RATE_MS / 60_000);
}
