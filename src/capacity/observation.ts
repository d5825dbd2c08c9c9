import type { Breaker, Outcome } from './breaker.ts';

/** What was read of the world, and how old that is by now, in milliseconds. */
export interface Reading<T> {
  value: T;
  ageMs: number;
}

/**
 * A warm slot that nobody has claimed: being made, ready, no longer as it should be, or being deleted, when it takes room
 * still.
 */
export interface Slot {
  name: string;
  /** The version of the template that it is made of. */
  digest: string;
  state: 'making' | 'ready' | 'broken' | 'going';
  /** In milliseconds since the epoch. */
  createdAt: number;
}

/** What is known of the slots of one template. A reading that could not be made is missing, and counts as stale. */
export interface Observation {
  template: string;
  /** Its version that a start gets now. */
  digest: string;
  /** What operators have set: as many slots at the least, and at the most. */
  floor: number;
  ceiling: number;
  /** Set where somebody is awaited by name. */
  isAwaited?: true;
  calendar?: Reading<{ count: number; reasons: string[] }>;
  /** As many slots as the forecast asks for. */
  forecast?: Reading<number>;
  claimsPerMinute?: Reading<number>;
  /** How long it takes to make a slot, as measured, in milliseconds. */
  makeMs: number;
  pool?: Reading<{ slots: readonly Slot[]; outcomes: readonly Outcome[] }>;
  /** What was planned last. */
  last?: { desired: number; serve: string[]; breaker?: Breaker };
}

/** What was read just now. */
export function now<T>(value: T): Reading<T> {
  return { value, ageMs: 0 };
}

/** Older readings are not acted on: a plan is made about once a minute. */
export const STALE_MS = 300_000;

/** What was read, unless it is too old or missing. */
export function fresh<T>(reading: Reading<T> | undefined): T | undefined {
  return reading !== undefined && reading.ageMs <= STALE_MS ? reading.value : undefined;
}
