import { describe, expect, it } from 'vitest';
import type { Launch } from '../../bench/surge/launch.ts';
import { pageOf } from '../../bench/surge/page.ts';
import { rowsOf, summaryOf } from '../../bench/surge/summary.ts';
import { VARIANTS } from '../../bench/surge/variants.ts';
import { WORTH_HEADING, worthOf, worthRowsOf } from '../../bench/surge/worth.ts';

const OVER_MS = 10_000;

/** Ten who call a second apart: the first is answered after 100 ms, each further one after 100 ms more, and the last is refused. */
const launch: Launch = {
  variant: { name: 'as it is meant to be', isPrewarmed: true, scales: true },
  fillingMs: 30_000,
  calls: Array.from({ length: 10 }, (_, index) => ({
    ...{ developer: `dev-${index}`, dueMs: 1000 * index, durationMs: 100 * (index + 1), succeeded: index < 9 },
    from: ['warm_pool', 'prepared', 'cold'][index % 3] ?? '',
  })),
  samples: [
    { atMs: 500, workers: 1, apiServers: 1, backlog: 0, waiting: 1 },
    { atMs: 1500, workers: 2, apiServers: 1, backlog: 7, waiting: 3 },
    { atMs: 2500, workers: 2, apiServers: 1, backlog: 2, waiting: 2 },
  ],
  endingMs: 4000,
  left: ['Namespace dev-4'],
};
const other: Launch = { ...launch, variant: { ...launch.variant, name: 'the other way' }, left: [] };

/** As that launch, but all are served and wait so many times as long, and the slowest, who alone is above p90, so many times. */
function slower(
  times: number,
  slowestTimes: number,
  { isPrewarmed, scales }: { isPrewarmed: boolean; scales: boolean },
): Launch {
  const calls = launch.calls.map((call, index) => ({
    ...{ ...call, succeeded: true },
    durationMs: call.durationMs * (index < 9 ? times : slowestTimes),
  }));
  return { ...launch, variant: { name: '', isPrewarmed, scales }, calls };
}

const whole = slower(1, 1, { isPrewarmed: true, scales: true });

describe('the report of a launch', () => {
  it('says what it came to: who succeeded, how long they waited, from where, by how many servers, and what is left', () => {
    expect(summaryOf(launch)).toEqual({
      variant: 'as it is meant to be',
      ...{ developers: 10, succeeded: 9, refused: 1, leftOver: 1 },
      latency: { count: 10, p50: 500, p90: 900, p99: 1000 },
      allAfter: 10_000,
      warmShare: 0.7,
      workers: { least: 1, most: 2 },
      apiServers: { least: 1, most: 1 },
      ...{ mostBacklog: 7, mostWaiting: 3, filling: 30_000, ending: 4000 },
    });
  });

  it('has each of these on its page, one launch beside the other', () => {
    const page = pageOf([launch, other], OVER_MS);

    for (const one of [launch, other]) {
      expect(page).toContain(`<h2>${one.variant.name}</h2>`);
      for (const [name, value] of rowsOf(summaryOf(one)))
        expect(page).toMatch(new RegExp(`<th>${name}</th>.*<td>${value}</td>`));
    }
    expect(page).toContain('<td>1</td><td>0</td></tr></table>');
  });

  it('plots every call, percentiles over time, who and what waited, and the servers', () => {
    const page = pageOf([launch], OVER_MS);
    const figures = [...page.matchAll(/<figcaption>(.*?),.*?<svg.*?<\/svg>/g)].map(([svg, title]) => ({ title, svg }));
    const points = (svg: string) =>
      [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, all = '']) => all.split(' ').length);

    expect(figures.map(({ title }) => title)).toEqual(['Latency by when a call was due', 'Waiting', 'Servers']);
    expect(figures[0]?.svg.match(/<circle/g)).toHaveLength(10);
    expect(figures.map(({ svg }) => points(svg))).toEqual([
      [10, 10, 10],
      [3, 3],
      [5, 5],
    ]);
    expect(page).not.toContain('NaN');
    expect(page).not.toMatch(/<(script|link|img)/);
  });

  it('draws the latest call at the right end, and the slowest at the height that the axis says', () => {
    const [latency = ''] = /<svg.*?<\/svg>/.exec(pageOf([launch], OVER_MS)) ?? [];
    const circles = [...latency.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
    const slowest = circles.toSorted(([, one = 0], [, two = 0]) => one - two)[0];

    // The last answer, 10 s after the first call, is where the axis ends, at 750; the slowest took 1 s, as the axis does, at 10.
    expect(slowest).toEqual([Number((56 + 694 * 0.9).toFixed(1)), 10]);
  });

  it('gives calls that did not succeed dots of their own, wherever their environments came from', () => {
    const from = ['cold', 'nothing', 'warm_pool', 'cold', 'prepared'];
    const calls = launch.calls.slice(0, 5).map((call, index) => ({
      ...{ ...call, succeeded: index > 2 },
      from: from[index] ?? '',
    }));
    const page = pageOf([{ ...launch, calls }], OVER_MS);
    const legend = [...page.matchAll(/<span style="color:(#\w+)">■ (warm|cold|refused)<\/span>/g)];

    expect(legend.map(([, colour, name]) => [name, page.split(`r="2" fill="${colour}"`).length - 1])).toEqual([
      ['warm', 1],
      ['cold', 1],
      ['refused', 3],
    ]);
  });

  it('shows no range of what nobody looked at, as where all is over within a second', () => {
    const unseen = { ...launch, samples: [] };
    const rows = Object.fromEntries(rowsOf(summaryOf(unseen)));

    for (const name of ['workers', 'API servers', 'longest backlog in Temporal', 'most callers without an answer'])
      expect(rows[name]).toBe('not seen');
    expect(pageOf([unseen], OVER_MS)).not.toMatch(/Infinity|NaN|undefined/);
  });
});

describe('what each part is worth', () => {
  it('can be told beside the other one and by itself: launches are played with both, with each, and with neither', () => {
    const launches = VARIANTS.map((variant) => ({ ...launch, variant }));

    expect(VARIANTS[0]).toMatchObject({ isPrewarmed: true, scales: true });
    expect(worthOf(launches).map(({ of }) => of)).toEqual([
      'pre-warming, with scaling',
      'pre-warming, without scaling',
      'scaling, pre-warmed',
      'scaling, cold',
    ]);
  });

  it('is how many times as long callers wait without it', () => {
    const launches = [
      slower(4, 6, { isPrewarmed: false, scales: true }),
      slower(0.5, 3, { isPrewarmed: true, scales: false }),
      whole,
      slower(16, 15, { isPrewarmed: false, scales: false }),
    ];
    const refused = { without: 0, with: 0 };

    expect(worthOf(launches)).toEqual([
      { of: 'pre-warming, with scaling', p50: 4, p99: 6, refused },
      { of: 'pre-warming, without scaling', p50: 32, p99: 5, refused },
      { of: 'scaling, pre-warmed', p50: 0.5, p99: 3, refused },
      { of: 'scaling, cold', p50: 4, p99: 2.5, refused },
    ]);
  });

  it('is said in words where it lost something, and where a little more or less may be noise', () => {
    const refused = { without: 0, with: 0 };
    const said = (p50: number, p99: number) => worthRowsOf([{ of: 'scaling, cold', p50, p99, refused }])[0]?.[1];

    expect(said(0.79, 3)).toBe('p50 0.79 times as long: it lost something; p99 3.00 times as long');
    expect(said(0.8, 0.5)).toBe(
      'p50 0.80 times as long, which may be noise; p99 0.50 times as long: it lost something',
    );
    expect(said(1.25, 1.26)).toBe('p50 1.25 times as long, which may be noise; p99 1.26 times as long');
  });

  it('is told with how many were refused, since their answers may come soon', () => {
    const without = { ...launch, variant: { name: '', isPrewarmed: false, scales: true } };

    expect(worthRowsOf(worthOf([whole, without]))).toEqual([
      [
        'pre-warming, with scaling',
        expect.stringMatching(/; refused: 1 without it, 0 with it, whose times count too$/),
      ],
    ]);
  });

  it('is on the page, part by part, and nothing of it where one launch was played', () => {
    const launches = [whole, slower(4, 6, { isPrewarmed: false, scales: true })];

    expect(pageOf(launches, OVER_MS)).toContain(
      `<h2>${WORTH_HEADING}</h2>\n<table><tr><th>pre-warming, with scaling</th>` +
        '<td>p50 4.00 times as long; p99 6.00 times as long</td></tr></table>',
    );
    expect(worthOf([whole])).toEqual([]);
    expect(pageOf([whole], OVER_MS)).not.toContain(WORTH_HEADING);
  });
});
