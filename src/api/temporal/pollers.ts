/** An idle worker asks for work once a minute. */
const SILENT_AFTER_MS = 75_000;

/** Who asks a task queue for work, as Temporal describes it. */
type Pollers = readonly { lastAccessTime?: { seconds?: unknown } | null }[] | null | undefined;

/** Whether a worker has asked a task queue for work lately. */
export function hasWorkers(pollers: Pollers): boolean {
  const since = (Date.now() - SILENT_AFTER_MS) / 1000;
  return (pollers ?? []).some(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) >= since);
}
