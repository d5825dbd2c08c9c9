import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MetricMeter } from '@temporalio/common';
import type { Cluster } from '../../cluster/client.ts';
import type { DriftWatcher } from '../../cluster/drift/watcher.ts';

const EVERY_MS = 1000;
const NS_PER_S = 1e9;

/** What of a worker is looked at rather than told. */
export interface LookedAt {
  /** The connections to the cluster, by what for. */
  clusters: Readonly<Record<string, Cluster>>;
  watcher: DriftWatcher;
}

/**
 * Keeps gauges of how this worker is: who waits for a turn, how old what it sees is, and what it takes up.
 * @returns what ends it
 */
export function keepLooking(meter: MetricMeter, { clusters, watcher }: LookedAt): () => void {
  const waiting = meter.createGauge('berth_cluster_turns_waiting', 'int', '', WAITING);
  const silence = meter.createGauge('berth_watch_silence_seconds', 'float', '', SILENCE);
  const memory = meter.createGauge('berth_worker_memory_bytes', 'int', '', MEMORY);
  const delay = meter.createGauge('berth_worker_event_loop_delay_seconds', 'float', '', DELAY);
  const delays = monitorEventLoopDelay();
  delays.enable();
  const look = (): void => {
    for (const [purpose, cluster] of Object.entries(clusters)) waiting.set(cluster.waiting, { purpose });
    for (const [kind, silentMs] of watcher.silences()) silence.set(silentMs / 1000, { kind });
    const { rss, heapUsed } = process.memoryUsage();
    memory.set(rss, { of: 'process' });
    memory.set(heapUsed, { of: 'heap' });
    delay.set(delays.count === 0 ? 0 : delays.percentile(99) / NS_PER_S);
    delays.reset();
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return () => {
    clearInterval(timer);
    delays.disable();
  };
}

const WAITING = 'How many calls to the apiserver wait for their turn.';
const SILENCE = 'For how long a watch has heard nothing of the apiserver, by kind: what is known may be as old.';
const MEMORY = 'What memory this worker takes up.';
const DELAY = 'How late the event loop of this worker was within the last second, of 100 times the last but one.';
