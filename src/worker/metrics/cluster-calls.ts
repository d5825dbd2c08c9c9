import type { MetricMeter } from '@temporalio/common';
import type { EndedCall } from '../../cluster/transport.ts';
import { HISTOGRAMS } from './buckets.ts';

/**
 * Counts and times calls to the cluster.
 * @param purpose whose connections they are made over: `people`, `refills` or `housekeeping`
 */
export function countCalls(meter: MetricMeter, purpose: string): (call: EndedCall) => void {
  const calls = meter.createCounter('berth_cluster_calls', '', CALLS);
  const took = meter.createHistogram(HISTOGRAMS.clusterCall, 'float', '', TOOK);
  const waited = meter.createHistogram(HISTOGRAMS.clusterTurn, 'float', '', WAITED);
  return ({ verb, status, waitedMs, tookMs }) => {
    calls.add(1, { verb, status: String(status), purpose });
    took.record(tookMs / 1000, { verb, purpose });
    waited.record(waitedMs / 1000, { purpose });
  };
}

const CALLS = 'Calls to the apiserver, by HTTP status, or by why there was none.';
const TOOK = 'How long the apiserver takes to answer.';
const WAITED = 'How long calls to the apiserver wait for their turn: there are so many connections.';
