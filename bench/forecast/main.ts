// The forecast beside what it is compared with, at equal idle slot-hours: on demand that never was, or on what was
// recorded. `npm run bench:forecast -- starts.csv` takes lines of `time,template`.
import { readFile } from 'node:fs/promises';
import { parseStarts, type Start } from '../../src/capacity/demand.ts';
import { durationMs } from '../../src/environment/duration.ts';
import { systemErrorCode, UserError } from '../../src/local/user-error.ts';
import { type Comparison, compare } from './compare.ts';
import { recordOf, scenarios } from './scenarios.ts';

const BUCKET = '5m';
/** How long it takes to make a slot. */
const MAKE = '1m';
/** The forecast was tuned on seeds 101 to 106. */
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

const [file] = process.argv.slice(2);
try {
  const rows = file === undefined ? generated() : await recorded(file);
  report([...rows, ['in sum', sumOf(rows.map(([, comparison]) => comparison))]]);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function generated(): [string, Comparison][] {
  return Object.keys(scenarios).map((name) => [name, sumOf(SEEDS.map((seed) => played(recordOf(name, seed))))]);
}

/**
 * Each template has its own pool.
 * @throws UserError where the file cannot be read, a line is wrong, or there is none
 */
async function recorded(csv: string): Promise<[string, Comparison][]> {
  const starts = await startsIn(csv);
  if (starts.length === 0) throw new UserError(`${csv} has no starts: give lines of time,template.`);
  const byTemplate = Map.groupBy(starts, ({ template }) => template);
  return [...byTemplate].map(([template, starts]) => [
    template,
    played(starts.map(({ atMs }) => atMs).sort((one, other) => one - other)),
  ]);
}

async function startsIn(csv: string): Promise<Start[]> {
  try {
    return parseStarts(await readFile(csv, 'utf8'));
  } catch (error) {
    if (error instanceof RangeError) throw new UserError(`${csv}: ${error.message}`);
    const code = systemErrorCode(error);
    throw code === undefined
      ? error
      : new UserError(`${csv} cannot be read (${code}): give a file of lines time,template.`);
  }
}

function played(timesMs: number[]): Comparison {
  return compare({ timesMs, bucketMs: durationMs(BUCKET), makeMs: durationMs(MAKE) });
}

function sumOf(comparisons: Comparison[]): Comparison {
  const sum = (way: keyof Comparison): Comparison[typeof way] =>
    comparisons
      .map((comparison) => comparison[way])
      .reduce((one, other) => ({
        hits: one.hits + other.hits,
        misses: one.misses + other.misses,
        idleSlotHours: one.idleSlotHours + other.idleSlotHours,
      }));
  return { forecast: sum('forecast'), 'last value': sum('last value'), 'fixed floor': sum('fixed floor') };
}

/** Prints a table for people, and one line of JSON for programs. */
function report(rows: [string, Comparison][]): void {
  const lines = rows.flatMap(([what, comparison]) =>
    Object.entries(comparison).map(([way, { hits, misses, idleSlotHours }]) => {
      const figures = [(100 * hits) / (hits + misses), misses, idleSlotHours];
      return what.padEnd(24) + way.padEnd(16) + figures.map((figure) => figure.toFixed(1).padStart(18)).join('');
    }),
  );
  const header =
    ' '.repeat(40) + ['hit rate, %', 'misses', 'idle slot-hours'].map((name) => name.padStart(18)).join('');
  const of = file === undefined ? `seeds ${SEEDS[0]} to ${SEEDS.at(-1)}` : file;
  const title = `${of}; buckets of ${BUCKET}, ${MAKE} to make a slot`;
  process.stdout.write(`${[title, header, ...lines].join('\n')}\n\n${JSON.stringify(Object.fromEntries(rows))}\n`);
}
