import type { Step } from './environment.ts';

/** A step in one line, for people. */
export function stepText({ name, state, attempts, message }: Step): string {
  const times = attempts > 1 ? ` after ${attempts} attempts` : '';
  return `${name}: ${state}${times}${message === undefined ? '' : ` (${message})`}`;
}
