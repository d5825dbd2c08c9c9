import { Runtime } from '@temporalio/worker';
import type { SlotCache } from '../cluster/slots/slot-cache.ts';

const EVERY_MS = 1000;
const DESCRIPTION = 'How many slots this worker sees to be ready, by template.';

/**
 * Keeps a gauge of the slots that this worker sees to be ready: where it stays below what the pool has, its watches are behind.
 * @returns what ends it
 */
export function watchSlots(slots: SlotCache): () => void {
  const gauge = Runtime.instance().metricMeter.createGauge('berth_slots_seen', 'int', '', DESCRIPTION);
  const known = new Set<string>();
  const look = (): void => {
    const counts = slots.counts();
    for (const template of counts.keys()) known.add(template);
    for (const template of known) gauge.set(counts.get(template) ?? 0, { template });
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return () => clearInterval(timer);
}
