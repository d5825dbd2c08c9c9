import { describe, expect, it, test } from 'vitest';
import { floorsSchema, type Standing, startedWith } from '../../src/capacity/floors.ts';
import { NO_POOLS } from '../../src/capacity/settings.ts';

describe('floors as a start is given them', () => {
  test.each([
    ['node=5', { node: 5 }],
    ['node=5,default=0', { node: 5, default: 0 }],
    ['', {}],
  ])('"%s" is read', (text, floors) => expect(floorsSchema.parse(text)).toEqual(floors));

  test.each([
    ['node', 'needs a template and a number as in node=5, not "node"'],
    ['node=', 'needs a template and a number as in node=5, not "node="'],
    ['node=five', 'needs a template and a number as in node=5, not "node=five"'],
    ['node=-1', 'needs a template and a number as in node=5, not "node=-1"'],
    ['No=1', 'needs a template and a number as in node=5, not "No=1"'],
    ['node=5,', 'needs a template and a number as in node=5, not ""'],
    ['node=1001', 'can be at most 1000 of a template, not "node=1001"'],
    ['node=5,node=5', 'names "node" twice'],
  ])('"%s" is refused, and what is wrong is said', (text, fault) => {
    expect(floorsSchema.safeParse(text).error?.issues.map(({ message }) => message)).toEqual([fault]);
  });
});

describe('what stands once an installation is started with floors', () => {
  const pools = (standing: Standing | undefined) => standing?.settings.pools;
  const started = startedWith(undefined, { node: 5 });
  /** What operators have set since. */
  const steered = (changed: Record<string, { floor: number; ceiling: number }>): Standing => ({
    ...started,
    settings: { pools: changed, calendar: [] },
  });

  it('is nothing where nothing is asked for, and nothing was ever set', () => {
    expect(startedWith(undefined, {})).toBeUndefined();
  });

  it('is nothing that is planned nevertheless, where servers are scaled by that', () => {
    expect(startedWith(undefined, {}, true)).toEqual({ settings: NO_POOLS, started: {} });
    expect(startedWith({ settings: NO_POOLS, started: {} }, {}, true)).toBeUndefined();
  });

  it('keeps what operators have set of servers', () => {
    const servers = { workers: { floor: 2, ceiling: 4, quiet_rounds: 10 } };
    const before = { settings: { ...NO_POOLS, servers } };

    expect(startedWith(before, { node: 5 })?.settings).toMatchObject({ servers });
  });

  it('is a pool for each', () => {
    expect(pools(startedWith(undefined, { node: 5, bare: 400 }))).toEqual({
      node: { floor: 5, ceiling: 300 },
      bare: { floor: 400, ceiling: 400 },
    });
  });

  it('is what operators have set since, where it is started with the same again: nothing is written', () => {
    const set = steered({ node: { floor: 8, ceiling: 9 } });

    expect(startedWith(set, { node: 5 })).toBeUndefined();
    expect(startedWith({ ...set, started: { a: 1, b: 2 } }, { b: 2, a: 1 })).toBeUndefined();
    expect(startedWith({ settings: set.settings }, {})).toBeUndefined();
  });

  it('has the floors of a start with others, and what it says nothing of as it was set', () => {
    const set = steered({ node: { floor: 8, ceiling: 9 }, bare: { floor: 1, ceiling: 2 } });

    expect(pools(startedWith(set, { node: 6 }))).toEqual({
      node: { floor: 6, ceiling: 9 },
      bare: { floor: 1, ceiling: 2 },
    });
    expect(pools(startedWith(set, { node: 10 }))).toMatchObject({ node: { floor: 10, ceiling: 10 } });
  });

  it('has no pool any more that only the last start had asked for', () => {
    expect(startedWith(started, {})).toEqual({ settings: { pools: {}, calendar: [] }, started: {} });
    expect(pools(startedWith(started, { bare: 1 }))).toEqual({ bare: { floor: 1, ceiling: 300 } });
  });

  it('keeps the pool that the last start had asked for where somebody has set it otherwise', () => {
    const set = steered({ node: { floor: 8, ceiling: 300 } });

    expect(pools(startedWith(set, {}))).toEqual(set.settings.pools);
  });
});
