import { DURATION, durationMs } from './duration.ts';

/** How long what sleeps is kept where its template does not say: whoever was away for some days finds their work. */
export const DEFAULT_RETENTION = '7d';

/** @returns why a lifetime is not to be had, or `undefined` where it is */
export function lifetimeFault(ttl: string, { max_ttl }: { max_ttl: string }): string | undefined {
  if (!DURATION.test(ttl)) return 'must be a duration such as 30m or 8h';
  return durationMs(ttl) <= durationMs(max_ttl) ? undefined : `must be at most ${max_ttl}`;
}
