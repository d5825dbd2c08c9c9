import { describe, expect, it } from 'vitest';
import type { Launch } from '../../bench/surge/launch.ts';
import { pageOf } from '../../bench/surge/page.ts';
import { rowsOf, summaryOf } from '../../bench/surge/summary.ts';

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
});
