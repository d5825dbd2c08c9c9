import { type Percentiles, percentiles } from '../percentiles.ts';
import type { Launch } from './launch.ts';

/** How many there were at the least, and at the most. */
interface Range {
  least: number;
  most: number;
}

/** What a launch comes to. Times are in milliseconds, and what nobody looked at is undefined. */
export interface Summary {
  variant: string;
  developers: number;
  /** Clients that printed "Environment provisioned successfully". */
  succeeded: number;
  /** Clients that printed anything else. */
  refused: number;
  /** From when each was due to its answer. */
  latency: Percentiles;
  /** From the first call to the last answer. */
  allAfter: number;
  /** Which part got what was ready before they asked. */
  warmShare: number;
  workers: Range | undefined;
  apiServers: Range | undefined;
  mostBacklog: number | undefined;
  mostWaiting: number | undefined;
  filling: number;
  ending: number;
  leftOver: number;
}

const NOT_SEEN = 'not seen';

export function summaryOf({ variant, calls, samples, fillingMs, endingMs, left }: Launch): Summary {
  const range = (of: 'workers' | 'apiServers' | 'backlog' | 'waiting'): Range | undefined => {
    const counts = samples.map((sample) => sample[of]);
    return counts.length === 0 ? undefined : { least: Math.min(...counts), most: Math.max(...counts) };
  };
  const succeeded = calls.filter((call) => call.succeeded).length;
  return {
    variant: variant.name,
    developers: calls.length,
    succeeded,
    refused: calls.length - succeeded,
    latency: percentiles(calls.map(({ durationMs }) => durationMs)),
    allAfter: Math.max(...calls.map(({ dueMs, durationMs }) => dueMs + durationMs)),
    warmShare: calls.filter(isWarm).length / calls.length,
    workers: range('workers'),
    apiServers: range('apiServers'),
    mostBacklog: range('backlog')?.most,
    mostWaiting: range('waiting')?.most,
    filling: fillingMs,
    ending: endingMs,
    leftOver: left.length,
  };
}

/** Whether it got what was ready before it asked. */
export function isWarm({ from }: Launch['calls'][number]): boolean {
  return from === 'warm_pool' || from === 'prepared';
}

/** The summary as rows of a table: what it is called, and what it comes to. */
export function rowsOf(summary: Summary): [string, string][] {
  const { developers, latency, workers, apiServers, mostBacklog, mostWaiting } = summary;
  return [
    ['clients that printed success', `${summary.succeeded} of ${developers}`],
    ['refused', `${summary.refused}`],
    ['latency p50 / p90 / p99', [latency.p50, latency.p90, latency.p99].map(seconds).join(' / ')],
    ['last answer after', seconds(summary.allAfter)],
    ['warm', `${Math.round(100 * summary.warmShare)} %`],
    ['workers', shown(workers)],
    ['API servers', shown(apiServers)],
    ['longest backlog in Temporal', mostBacklog === undefined ? NOT_SEEN : `${mostBacklog} tasks`],
    ['most callers without an answer', `${mostWaiting ?? NOT_SEEN}`],
    ['filling the pool before', seconds(summary.filling)],
    ['ending all environments', seconds(summary.ending)],
    ['left over after that', `${summary.leftOver}`],
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

function shown(range: Range | undefined): string {
  if (range === undefined) return NOT_SEEN;
  return range.least === range.most ? `${range.most}` : `${range.least}–${range.most}`;
}
