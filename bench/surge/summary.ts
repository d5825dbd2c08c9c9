import { type Percentiles, percentiles } from '../percentiles.ts';
import type { Launch } from './launch.ts';

/** What a launch comes to. Times are in milliseconds. */
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
  workers: { least: number; most: number };
  apiServers: { least: number; most: number };
  mostBacklog: number;
  mostWaiting: number;
  filling: number;
  ending: number;
  leftOver: number;
}

export function summaryOf({ variant, calls, samples, fillingMs, endingMs, left }: Launch): Summary {
  const range = (of: 'workers' | 'apiServers') => {
    const counts = samples.map((sample) => sample[of]);
    return { least: Math.min(...counts), most: Math.max(...counts) };
  };
  const succeeded = calls.filter((call) => call.succeeded).length;
  return {
    variant: variant.name,
    developers: calls.length,
    succeeded,
    refused: calls.length - succeeded,
    latency: percentiles(calls.map(({ durationMs }) => durationMs)),
    allAfter: Math.max(...calls.map(({ dueMs, durationMs }) => dueMs + durationMs)),
    warmShare: calls.filter(({ from }) => from === 'warm_pool' || from === 'prepared').length / calls.length,
    workers: range('workers'),
    apiServers: range('apiServers'),
    mostBacklog: Math.max(...samples.map(({ backlog }) => backlog)),
    mostWaiting: Math.max(...samples.map(({ waiting }) => waiting)),
    filling: fillingMs,
    ending: endingMs,
    leftOver: left.length,
  };
}

/** The summary as rows of a table: what it is called, and what it comes to. */
export function rowsOf(summary: Summary): [string, string][] {
  const { developers, latency, workers, apiServers } = summary;
  return [
    ['clients that printed success', `${summary.succeeded} of ${developers}`],
    ['refused', `${summary.refused}`],
    ['latency p50 / p90 / p99', [latency.p50, latency.p90, latency.p99].map(seconds).join(' / ')],
    ['last answer after', seconds(summary.allAfter)],
    ['warm', `${Math.round(100 * summary.warmShare)} %`],
    ['workers', rangeOf(workers)],
    ['API servers', rangeOf(apiServers)],
    ['longest backlog in Temporal', `${summary.mostBacklog} tasks`],
    ['most callers without an answer', `${summary.mostWaiting}`],
    ['filling the pool before', seconds(summary.filling)],
    ['ending all environments', seconds(summary.ending)],
    ['left over after that', `${summary.leftOver}`],
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

function rangeOf({ least, most }: { least: number; most: number }): string {
  return least === most ? `${most}` : `${least}–${most}`;
}
