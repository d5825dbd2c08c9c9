import type { Breakdown } from './breakdown.ts';
import { CALLERS, type Row } from './compare.ts';

/** Prints tables for people, and one line of JSON for programs. */
export function report(rows: Row[], breakdown: Breakdown): void {
  const ratios = ratiosOf(rows);
  const lines = [
    heading('', ['p50', 'p90', 'p99', 'p50', 'p90', 'p99', 'a second'], `ms: one at a time, then ${CALLERS} callers`),
    ...rows.map(({ what, oneByOne, together, perSecond }) =>
      line(what, [oneByOne.p50, oneByOne.p90, oneByOne.p99, together.p50, together.p90, together.p99, perSecond]),
    ),
    heading('ratios', [], ''),
    ...Object.entries(ratios).map(([what, ratio]) => line(what, [ratio], 2)),
    heading('one start, ms', [], ''),
    ...entries(breakdown.startMs),
    heading('its isolation, ms, with the same calls made once more', [], ''),
    ...entries(breakdown.isolationMs),
    heading('what it costs', [], ''),
    ...entries(breakdown.costs),
  ];
  process.stdout.write(`${lines.join('\n')}\n\n${JSON.stringify({ rows, ratios, breakdown })}\n`);
}

function ratiosOf(rows: Row[]): Record<string, number> {
  const of = (what: string): Row => {
    const row = rows.find((other) => other.what === what);
    if (row === undefined) throw new Error(`${what} was not measured`);
    return row;
  };
  const [start, floor, kubectl] = [of('start'), of('floor'), of('kubectl apply')];
  return {
    'start / kubectl apply, p50': start.oneByOne.p50 / kubectl.oneByOne.p50,
    'start / floor, p50': start.oneByOne.p50 / floor.oneByOne.p50,
    [`rate of start / rate of floor, ${CALLERS} callers`]: start.perSecond / floor.perSecond,
  };
}

const NAME_WIDTH = 72;

function heading(what: string, columns: string[], note: string): string {
  return `\n${(note || what).padEnd(NAME_WIDTH)}${columns.map((column) => column.padStart(9)).join('')}`;
}

function line(what: string, figures: number[], digits = 1): string {
  return `${what.padEnd(NAME_WIDTH)}${figures.map((figure) => figure.toFixed(digits).padStart(9)).join('')}`;
}

function entries(figures: Record<string, number>): string[] {
  return Object.entries(figures).map(([what, figure]) => line(what, [figure]));
}
