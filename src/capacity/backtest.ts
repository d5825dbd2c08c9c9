import { countStarts, type Demand } from './demand.ts';
import { step } from './step.ts';

/** How a pool did. */
export interface Score {
  /** Starts that found a slot. */
  hits: number;
  /** Starts that went cold. */
  misses: number;
  /** How long slots waited for somebody, all together. */
  idleSlotHours: number;
}

/** What is played. */
export interface Play {
  /** When starts came, in milliseconds since the epoch, in order. */
  timesMs: readonly number[];
  bucketMs: number;
  /** How long it takes to make a slot. */
  makeMs: number;
}

/** How often a pool is planned, in milliseconds. */
const ROUND_MS = 60_000;

/** What is decided at the beginning of each bucket, from what was recorded until then, and from nothing later. */
export function walkForward<T>({ timesMs, bucketMs }: Play, decide: (seen: Demand) => T): T[] {
  const counts = countStarts(timesMs, firstMs(timesMs, bucketMs), (timesMs.at(-1) ?? 0) + bucketMs, bucketMs);
  return Array.from(counts, (_, index) => decide({ bucketMs, counts: counts.subarray(0, index) }));
}

/**
 * Plays a pool. A start takes a slot if there is one, and another is made for it at once. What is too much goes as plans
 * have it: step by step.
 * @param targets how many slots there are to be, bucket by bucket
 */
export function playPool({ timesMs, bucketMs, makeMs }: Play, targets: readonly number[]): Score {
  const score = { hits: 0, misses: 0, idleSlotHours: 0 };
  const beginMs = firstMs(timesMs, bucketMs);
  const endMs = beginMs + targets.length * bucketMs;
  const making: number[] = [];
  let [ready, made, next, clockMs] = [0, 0, 0, beginMs];
  const wait = (untilMs: number): void => {
    score.idleSlotHours += (ready * (untilMs - clockMs)) / 3_600_000;
    clockMs = untilMs;
  };
  const advance = (untilMs: number): void => {
    for (let doneMs = making[made]; doneMs !== undefined && doneMs <= untilMs; doneMs = making[++made]) {
      wait(doneMs);
      ready++;
    }
    wait(untilMs);
  };
  const all = (): number => ready + making.length - made;
  const fill = (target: number): void => {
    while (all() < target) making.push(clockMs + makeMs);
  };
  for (let roundMs = beginMs; roundMs < endMs; roundMs += ROUND_MS) {
    const target = targets[Math.floor((roundMs - beginMs) / bucketMs)] ?? 0;
    advance(roundMs);
    fill(target);
    ready -= Math.min(Math.max(0, all() - target), step(all()), ready);
    for (let atMs = timesMs[next]; atMs !== undefined && atMs < roundMs + ROUND_MS; atMs = timesMs[++next]) {
      advance(atMs);
      score[ready > 0 ? 'hits' : 'misses']++;
      ready = Math.max(0, ready - 1);
      fill(target);
    }
  }
  advance(endMs);
  return score;
}

function firstMs([first = 0]: readonly number[], bucketMs: number): number {
  return Math.floor(first / bucketMs) * bucketMs;
}
