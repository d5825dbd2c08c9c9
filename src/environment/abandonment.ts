/** That an administrator had a teardown end though something was left. Nothing else ends one before its time. */
export interface Abandonment {
  /** Who did so, as operators know them. */
  by: string;
  /** RFC 3339, in UTC. */
  at: string;
  reason: string;
  /** What the cluster last showed to be there, and what held it. It goes by itself once that lets go. */
  left: string;
}

/** An abandonment in one sentence, for people. */
export function abandonmentText({ by, at, reason, left }: Abandonment): string {
  return `given up by ${by} at ${at} (${reason}), and left behind: ${left}`;
}
