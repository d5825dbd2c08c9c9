import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentiles } from '../percentiles.ts';
import { type Apiserver, between, type Counted, sumOf } from './apiserver.ts';
import type { Served } from './load.ts';
import type { Answer } from './people.ts';
import { type ProcessorTime, processorTime, usedSince } from './processor-time.ts';

/** What follows from a start is written within so long. */
const AFTERWARDS_MS = 3000;

/** What is measured: whose times, under which load. */
export interface Title {
  what: 'claim' | 'claim, refilled meanwhile' | 'update-with-start' | 'cold start';
  load: string;
}

/** What was measured. Times are in milliseconds; those of starts that were refused are left out. */
export interface Row extends Title {
  count: number;
  p50: number;
  p99: number;
  allAfter: number;
  answers: Partial<Record<Answer, number>>;
  /** Writes that the apiserver was asked for, by start: all, and by verb and resource. */
  writes?: number;
  writesBy?: Record<string, number>;
  /** By start and program, until the last answer. */
  processorMs?: ProcessorTime;
  /** Of the machine, over the last minute, when it began. */
  loadAverage: number;
}

/** Puts a load on, and counts what that costs the apiserver and the processors. */
export async function measure(title: Title, apiserver: Apiserver, run: () => Promise<Served<Answer>>): Promise<Row> {
  const loadAverage = loadavg()[0] ?? Number.NaN;
  const counted = await apiserver.counted();
  const used = processorTime();
  const served = await run();
  const processor = usedSince(used);
  await sleep(AFTERWARDS_MS);
  return rowOf(title, served, loadAverage, { counted: between(counted, await apiserver.counted()), processor });
}

/** The figures of what was served. */
export function rowOf(
  title: Title,
  { answers, allAfterMs }: Served<Answer>,
  loadAverage: number,
  cost?: { counted: Counted; processor?: ProcessorTime },
): Row {
  const count = answers.length;
  const { p50, p99 } = percentiles(
    answers.flatMap(({ answer, durationMs }) => (answer === 'refused' ? [] : [durationMs])),
  );
  return {
    ...title,
    ...{ count, p50, p99, allAfter: allAfterMs, loadAverage },
    answers: Object.fromEntries(
      [...Map.groupBy(answers, ({ answer }) => answer)].map(([answer, all]) => [answer, all.length]),
    ),
    ...(cost && { writes: sumOf(cost.counted) / count, writesBy: divided(cost.counted.writes, count) }),
    ...(cost?.processor && { processorMs: divided(cost.processor, count) }),
  };
}

function divided(figures: Record<string, number>, by: number): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, figure / by]));
}
