const MAX_WAIT_S = 3600;

/**
 * How long the caller wants to wait for the end of the work, in milliseconds: `Prefer: wait=N` (seconds) or
 * `respond-async` (RFC 7240). A preference may be ignored, so what is not understood is; it never lengthens the wait.
 */
export function waitMs(prefer: string, longestMs: number): number {
  const preferences = prefer.split(',').map((preference) => preference.trim().toLowerCase());
  if (preferences.includes('respond-async')) return 0;
  const seconds = preferences.flatMap((preference) => /^wait\s*=\s*"?(\d{1,6})"?$/.exec(preference)?.[1] ?? [])[0];
  if (seconds === undefined) return longestMs;
  return Math.min(Number(seconds), MAX_WAIT_S) * 1000 < longestMs ? Number(seconds) * 1000 : longestMs;
}
