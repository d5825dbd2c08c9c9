import type { Fleet, Occupied, QueueLoad, ServerKind } from '../capacity/servers/observed.ts';

/** Has servers run, or no longer, where they run. Each call takes seconds at the most, and fails else. */
export interface Scaler {
  /** Of which kinds. */
  readonly kinds: readonly ServerKind[];
  fleet(kind: ServerKind, signal: AbortSignal): Promise<Fleet>;
  /** What the servers of a kind have in hand. */
  occupied(kind: ServerKind, signal: AbortSignal): Promise<Occupied>;
  /**
   * Has as many run as are wanted, where as many are ordered as were seen. Done twice, it is as done once.
   * @throws Error where others are ordered meanwhile, or it cannot be done, with what is wrong
   */
  scale(kind: ServerKind, from: number, to: number, signal: AbortSignal): Promise<void>;
}

/** How servers are scaled. */
export interface Scaling {
  scaler: Scaler;
  /** What people's queue is like. */
  queueLoad(): Promise<QueueLoad>;
  /** Has another plan made soon. */
  planSoon(): void;
}
