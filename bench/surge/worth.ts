import type { Launch } from './launch.ts';
import { summaryOf } from './summary.ts';

/** What a part of the system is worth: how a launch goes without it, beside the same launch with it. */
export interface Worth {
  /** Which part, and what of the other one there is both times. */
  of: string;
  /** The percentile of latency without it, divided by that with it: below 1, callers wait longer with it. */
  p50: number;
  p99: number;
  /** A refusal is an answer too, and may come soon: where there are any, the ratios are of more than what was served. */
  refused: { without: number; with: number };
}

export const WORTH_HEADING = 'What each part is worth: how many times as long callers wait without it';

/** Two launches alike may differ by as much: only a ratio below that is told as a loss, and within it either way as noise. */
const NOISE = 0.8;

/** What each part is worth, once beside the other and once by itself, as far as there are launches to compare. */
export function worthOf(launches: readonly Launch[]): Worth[] {
  const played = (isPrewarmed: boolean, scales: boolean): Launch | undefined =>
    launches.find(({ variant }) => variant.isPrewarmed === isPrewarmed && variant.scales === scales);
  const [both, onlyScaling] = [played(true, true), played(false, true)];
  const [onlyPrewarmed, neither] = [played(true, false), played(false, false)];
  return [
    ...compared('pre-warming, with scaling', both, onlyScaling),
    ...compared('pre-warming, without scaling', onlyPrewarmed, neither),
    ...compared('scaling, pre-warmed', both, onlyPrewarmed),
    ...compared('scaling, cold', onlyScaling, neither),
  ];
}

function compared(of: string, having: Launch | undefined, lacking: Launch | undefined): Worth[] {
  if (having === undefined || lacking === undefined) return [];
  const [there, away] = [summaryOf(having), summaryOf(lacking)];
  return [
    {
      of,
      p50: away.latency.p50 / there.latency.p50,
      p99: away.latency.p99 / there.latency.p99,
      refused: { without: away.refused, with: there.refused },
    },
  ];
}

/** As rows of a table: which part, and what it is worth, in words. */
export function worthRowsOf(worths: readonly Worth[]): [string, string][] {
  return worths.map(({ of, p50, p99, refused }) => {
    const hasRefused = refused.without + refused.with > 0;
    return [
      of,
      `p50 ${inWords(p50)}; p99 ${inWords(p99)}` +
        (hasRefused ? `; refused: ${refused.without} without it, ${refused.with} with it, whose times count too` : ''),
    ];
  });
}

function inWords(ratio: number): string {
  const times = `${ratio.toFixed(2)} times as long`;
  if (ratio < NOISE) return `${times}: it lost something`;
  return ratio <= 1 / NOISE ? `${times}, which may be noise` : times;
}
