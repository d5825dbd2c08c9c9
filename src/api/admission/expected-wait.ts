import { type Queue, servedPerSecond } from './queue.ts';

/** Who may stand before a newcomer in a queue. */
export interface Ahead {
  /** What was added since the queue was read. */
  added: number;
  /** The share of what waits whose turn comes first, from 0 to 1. */
  share: number;
}

/**
 * How long whoever comes now waits in a queue until a worker takes it, in milliseconds: what is before it, at the measured
 * rate. Where nothing at all is taken, as long as the oldest has waited by now.
 *
 * It is 0 where nobody waits for long, and no wait is known of.
 */
export function expectedWaitMs(queue: Queue, { added, share }: Ahead): number {
  const perSecond = servedPerSecond(queue);
  if (perSecond === undefined) return 0;
  if (perSecond === 0) return queue.oldestMs;
  return ((queue.waiting + added) * share * 1000) / perSecond;
}
