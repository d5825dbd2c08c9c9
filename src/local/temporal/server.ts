import { join } from 'node:path';
import { SEARCH_ATTRIBUTE_NAMES } from '../../workflows/search-attributes.ts';
import { LOOPBACK } from '../ports.ts';
import type { ServerCommand, Supervisor } from '../processes/supervisor.ts';
import { acceptsConnections, waitUntil } from '../readiness.ts';

/** The ports of the embedded Temporal server. */
export interface TemporalPorts {
  readonly temporal: number;
  readonly temporalUi: number;
  /** Of its metrics, for Prometheus. */
  readonly temporalMetrics: number;
}

/** Temporal's settings, by their names there. */
export type DynamicConfig = Readonly<Record<string, number | boolean>>;

// The dev server's one shard reads each of its queues at most 20 times a second unless told otherwise, which costs
// every hop through a task queue 50 ms. What is listed may come so late: a third of its work on a start is for lists, and is
// better done when the start is over.
const DYNAMIC_CONFIG: DynamicConfig = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'matching.enableFairness': true,
  // In seconds: who is let in is decided by how the queues are, and not by how they were.
  'matching.taskQueueInfoByBuildIdTTL': 1,
  // Else it reads what is registered from its database again whenever one is written or searched: 17 times a start.
  'system.forceSearchAttributesCacheRefreshOnRead': false,
  // There is one server: between parts of a queue, tasks and workers would only have to find each other, and turns be taken in
  // each. All parts are read, since what was written before may lie in any.
  'matching.numTaskqueueWritePartitions': 1,
  // What fails so often is found by the search attribute of reported problems. The second time comes after 10 s.
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': 3,
};

/** Temporal's dev server with its UI, on a database file in the state directory. */
export function temporalCommand(
  command: string,
  stateDirectory: string,
  ports: TemporalPorts,
  dynamicConfig = DYNAMIC_CONFIG,
): ServerCommand {
  return {
    name: 'temporal',
    command,
    args: [
      'server',
      'start-dev',
      `--ip=${LOOPBACK}`,
      `--port=${ports.temporal}`,
      `--ui-port=${ports.temporalUi}`,
      `--metrics-port=${ports.temporalMetrics}`,
      '--ui-disable-news-fetch',
      `--db-filename=${join(stateDirectory, 'temporal.db')}`,
      '--sqlite-pragma=journal_mode=wal',
      '--sqlite-pragma=synchronous=1',
      '--log-level=warn',
      ...SEARCH_ATTRIBUTE_NAMES.map((name) => `--search-attribute=${name}=Keyword`),
      ...Object.entries(dynamicConfig).map(([key, value]) => `--dynamic-config-value=${key}=${value}`),
    ],
  };
}

/** Starts the embedded Temporal server and waits until it accepts connections; returns its address. */
export async function startTemporal(
  supervisor: Supervisor,
  command: string,
  stateDirectory: string,
  ports: TemporalPorts,
  dynamicConfig?: DynamicConfig,
): Promise<string> {
  supervisor.start(temporalCommand(command, stateDirectory, ports, dynamicConfig));
  await waitUntil('temporal', () => acceptsConnections(ports.temporal), { signal: supervisor.signal });
  return `${LOOPBACK}:${ports.temporal}`;
}
