/** An idle worker asks for work once a minute. */
const SILENT_AFTER_MS = 75_000;
/** One that takes what waits asks again at once. */
const SILENT_BEFORE_WORK_MS = 10_000;

/** Who asks a task queue for work, as Temporal describes it. */
type Pollers = readonly { lastAccessTime?: { seconds?: unknown } | null }[] | null | undefined;

/**
 * Whether a worker has asked a task queue for work lately.
 * @param isWaiting whether there is some
 */
export function hasWorkers(pollers: Pollers, isWaiting = false): boolean {
  const since = (Date.now() - (isWaiting ? SILENT_BEFORE_WORK_MS : SILENT_AFTER_MS)) / 1000;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) >= since);
}
