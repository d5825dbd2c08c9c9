import { percentiles } from '../percentiles.ts';
import type { Launch } from './launch.ts';
import { plot, type Series } from './plot.ts';
import { isWarm, rowsOf, summaryOf } from './summary.ts';
import { WORTH_HEADING, worthOf, worthRowsOf } from './worth.ts';

const [BLUE, ORANGE, RED, GREEN] = ['#2563eb', '#d97706', '#dc2626', '#15803d'] as const;
const [GREY, BLACK] = ['#6b7280', '#111827'] as const;
const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:800px;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}' +
  'td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ddd}figure{margin:1rem 0}svg{width:100%;font-size:11px}';

/** The report as one page that needs nothing beside it. */
export function pageOf(launches: readonly Launch[], overMs: number): string {
  const summaries = launches.map(summaryOf);
  const names = rowsOf(summaries[0] as (typeof summaries)[number]).map(([name]) => name);
  const rows = names.map((name, index) => {
    return `<tr><th>${name}</th>${summaries.map((one) => `<td>${rowsOf(one)[index]?.[1]}</td>`).join('')}</tr>`;
  });
  const heads = summaries.map(({ variant }) => `<th>${variant}</th>`).join('');
  const mostX = Math.max(...summaries.map(({ allAfter }) => allAfter)) / 1000;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>A surge</title><style>${STYLE}</style>
<h1>${summaries[0]?.developers} developers within ${overMs / 1000} s</h1>
<table><tr><th></th>${heads}</tr>${rows.join('\n')}</table>
${worthSection(launches)}
${launches.map((launch) => section(launch, mostX)).join('\n')}
</html>
`;
}

/** What each part is worth; nothing where there is nothing to compare. */
function worthSection(launches: readonly Launch[]): string {
  const rows = worthRowsOf(worthOf(launches)).map(([name, value]) => `<tr><th>${name}</th><td>${value}</td></tr>`);
  if (rows.length === 0) return '';
  return `<h2>${WORTH_HEADING}</h2>\n<table>${rows.join('\n')}</table>`;
}

function section({ variant, calls, samples }: Launch, mostX: number): string {
  const served = calls.filter(({ succeeded }) => succeeded);
  const refused = calls.filter(({ succeeded }) => !succeeded);
  const dots = (of: typeof calls): Series['points'] => of.map((one) => [one.dueMs / 1000, one.durationMs / 1000]);
  const overTime = (of: (sample: (typeof samples)[number]) => number): Series['points'] =>
    samples.map((sample) => [sample.atMs / 1000, of(sample)]);
  const lines = ([0.5, 0.9, 0.99] as const).map((_, index): Series => {
    const [name, colour] = [
      ['p50', GREEN],
      ['p90', ORANGE],
      ['p99', RED],
    ][index] as [string, string];
    return { name, colour, points: bySecond(calls, name as 'p50' | 'p90' | 'p99') };
  });
  return [
    `<h2>${variant.name}</h2>`,
    plot('Latency by when a call was due', 'seconds', mostX, [
      { name: 'warm', colour: BLUE, points: dots(served.filter(isWarm)), dots: true },
      { name: 'cold', colour: GREY, points: dots(served.filter((call) => !isWarm(call))), dots: true },
      { name: 'refused', colour: BLACK, points: dots(refused), dots: true },
      ...lines,
    ]),
    plot('Waiting', 'callers and tasks', mostX, [
      { name: 'callers without an answer', colour: BLUE, points: overTime(({ waiting }) => waiting) },
      { name: 'backlog in Temporal', colour: RED, points: overTime(({ backlog }) => backlog) },
    ]),
    plot('Servers', 'processes', mostX, [
      { name: 'workers', colour: ORANGE, points: overTime(({ workers }) => workers), steps: true },
      { name: 'API servers', colour: GREEN, points: overTime(({ apiServers }) => apiServers), steps: true },
    ]),
  ].join('\n');
}

/** A percentile of the calls that were due in each second. */
function bySecond(calls: Launch['calls'], which: 'p50' | 'p90' | 'p99'): Series['points'] {
  const seconds = Map.groupBy(calls, ({ dueMs }) => Math.floor(dueMs / 1000));
  return [...seconds]
    .sort(([one], [other]) => one - other)
    .map(([second, of]) => [second + 0.5, percentiles(of.map(({ durationMs }) => durationMs))[which] / 1000] as const);
}
