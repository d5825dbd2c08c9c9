import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { HOUSEKEEPING_QUEUE, REFILL_QUEUE, TASK_QUEUE } from '../workflows/messages.ts';
import { FAILING, FAILS } from '../workflows/search-attributes.ts';

const EVERY_MS = 15_000;
const DESCRIPTION = 'How many workflows a defect holds up: they fail their tasks, one after the other.';

/**
 * Keeps a gauge of the workflows that a defect holds up. The SDK's own counters tell how often this worker failed, not how
 * many lives it means, nor that they go on again; Temporal counts those for all workers alike, in one query.
 *
 * @returns what ends it
 */
export function watchFailing(client: Client): () => void {
  const { metricMeter, logger } = Runtime.instance();
  const gauge = metricMeter.createGauge('berth_workflows_failing', 'int', '', DESCRIPTION);
  const ours = [TASK_QUEUE, REFILL_QUEUE, HOUSEKEEPING_QUEUE].map((queue) => `'${queue}'`).join(', ');
  const query = `${FAILING} = '${FAILS}' AND TaskQueue IN (${ours}) AND ExecutionStatus = 'Running'`;
  const look = async (): Promise<void> => {
    try {
      gauge.set((await client.workflow.count(query)).count);
    } catch (error) {
      logger.warn('It cannot be told how many workflows fail.', { error });
    }
  };
  void look();
  const timer = setInterval(look, EVERY_MS);
  return () => clearInterval(timer);
}
