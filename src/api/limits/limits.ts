import type { Quota } from './bucket.ts';

/** What is every caller's, at each API server. */
export interface Limits {
  /** How often whoever bears one token may ask. */
  token: Quota;
  /** How often a developer may, with all tokens together. */
  developer: Quota;
  /** How many calls of one developer may wait at once. */
  developerCalls: number;
}

const MINUTE_MS = 60_000;

/** Enough for whoever does not ask in a loop that never pauses. */
export const GENEROUS: Limits = {
  token: { requests: 60_000, windowMs: MINUTE_MS },
  developer: { requests: 6000, windowMs: MINUTE_MS },
  developerCalls: 200,
};
