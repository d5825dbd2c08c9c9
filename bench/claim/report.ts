import type { Drained } from './drained.ts';
import type { Measurements } from './measurements.ts';
import { PEER, PEER_SOURCE, type Peer } from './peer.ts';
import { ratiosOf } from './ratios.ts';
import type { Row } from './row.ts';

const NAME_WIDTH = 72;
const NOTES = [
  'Times in milliseconds, from POST to answer; where starts arrive by the clock, from when they were due.',
  'Nothing is planned, made or torn down while claims are measured, unless it says so. Writes are all that the apiserver',
  'was asked for until 3 s later, but for leases. A start that found no slot counts with the time that it took cold.',
];

const GOALS = [
  'goals: claim / update-with-start, one at a time: at most 1.25; on a real node, claim / cold start: at most 0.10',
];

/**
 * Prints tables for people, and one line of JSON for programs.
 * @param of what there was a pool of, and where
 */
export function report(of: string, { rows, breakdown, drained }: Measurements): void {
  const ratios = ratiosOf(rows);
  const columns = ['count', 'p50', 'p99', 'all after', 'warm', 'refused', 'writes', 'load'];
  const lines = [
    ...NOTES,
    heading(of, columns),
    ...rows.map((row) => columnsOf(`${row.what}, ${row.load}`, figuresOf(row))),
    heading('the best open pool', ['', 'p50', 'p99', 'all after']),
    PEER_SOURCE,
    ...Object.entries(PEER).map(([load, peer]) => columnsOf(load, ['', ...peerFigures(peer)])),
    heading('ratios', []),
    ...GOALS,
    ...entries(ratios, 2),
    heading('one claim, ms', []),
    ...entries(breakdown.claimMs),
    heading('what it costs', []),
    ...entries(breakdown.costs),
    heading('processor time of one claim, with the pause before it, ms', []),
    ...entries(breakdown.processorMs),
    ...rows.filter(({ what }) => what !== 'update-with-start').flatMap(costsOf),
    ...(drained ? drainedLines(drained) : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n\n${JSON.stringify({ of, rows, ratios, breakdown, drained })}\n`);
}

function figuresOf({ what, count, p50, p99, allAfter, answers, writes, loadAverage }: Row): string[] {
  const { warm = 0, refused = 0 } = answers;
  const isStart = what !== 'update-with-start';
  return [
    String(count),
    ...[p50, p99, allAfter].map((ms) => ms.toFixed(1)),
    ...(isStart ? [`${Math.round((100 * warm) / count)} %`, String(refused)] : ['', '']),
    writes === undefined || !isStart ? '' : writes.toFixed(2),
    loadAverage.toFixed(1),
  ];
}

function costsOf({ what, load, writesBy = {}, processorMs = {} }: Row): string[] {
  const title = `${what}, ${load}: writes a start, and processor time of each program in ms`;
  return [heading(title, []), ...entries(writesBy, 2), ...entries(processorMs)];
}

function drainedLines(drained: Drained): string[] {
  const { slots, warm, cold, refused, coldPerSecond, besidePerSecond, fullAgainAfter } = drained;
  return [
    heading(`${slots} slots, ${2 * slots} starts at once, with refilling`, ['count', 'p50', 'p99']),
    ...Object.entries({ 'found a slot': warm, 'went cold': cold }).map(([what, { count, p50, p99 }]) =>
      columnsOf(what, [String(count), p50.toFixed(1), p99.toFixed(1)]),
    ),
    columnsOf('refused', [String(refused)]),
    ...entries({
      'cold ones a second': coldPerSecond,
      'as many cold starts at once and nothing else, a second': besidePerSecond,
      'full again by itself after, s': fullAgainAfter / 1000,
    }),
    ...entries({ 'rate of cold ones / rate of cold starts alone': coldPerSecond / besidePerSecond }, 2),
  ];
}

function peerFigures({ p50, p99, allAfter }: Peer): string[] {
  return [p50, p99, allAfter].map((range) => (range === undefined ? '' : [...new Set(range)].join('–')));
}

function heading(what: string, columns: string[]): string {
  return `\n${columnsOf(what, columns)}`;
}

function columnsOf(what: string, columns: string[]): string {
  return `${what.padEnd(NAME_WIDTH)}${columns.map((column) => column.padStart(11)).join('')}`.trimEnd();
}

function entries(figures: Record<string, number>, digits = 1): string[] {
  return Object.entries(figures).map(([what, figure]) => columnsOf(what, [figure.toFixed(digits)]));
}
