import { describe, expect, it, test } from 'vitest';
import { NO_POOLS, settingsSchema } from '../../src/capacity/settings.ts';

const ENTRY = {
  start: '2026-03-02T09:00',
  time_zone: 'Europe/Berlin',
  lead: '30m',
  duration: '2h',
  count: 20,
  reason: 'Course',
};

/** What is wrong, by its place. */
function faults(settings: unknown): string[] {
  const { error } = settingsSchema.safeParse(settings);
  return error?.issues.map(({ path, message }) => [path.join('.'), message].join(': ')) ?? [];
}

describe('settings of capacity', () => {
  it('are no pools where nothing is set', () => expect(settingsSchema.parse({})).toEqual(NO_POOLS));

  it('have a floor of none and a ceiling of 300 for a pool of which nothing else is said', () => {
    expect(settingsSchema.parse({ pools: { node: {} } }).pools).toEqual({ node: { floor: 0, ceiling: 300 } });
  });

  it('leave servers as they are where nothing is said of them, and wait ten rounds before there are fewer', () => {
    expect(settingsSchema.parse({})).not.toHaveProperty('servers');
    expect(settingsSchema.parse({ servers: { api: { ceiling: 4 } } }).servers).toEqual({
      api: { floor: 1, ceiling: 4, quiet_rounds: 10 },
    });
  });

  test.each<[string, unknown, string]>([
    ['a floor above the ceiling', { pools: { node: { floor: 9, ceiling: 8 } } }, 'pools.node.floor: must be at most'],
    ['a floor above the default ceiling', { pools: { node: { floor: 301 } } }, 'pools.node.floor: must be at most'],
    ['a floor below none', { pools: { node: { floor: -1 } } }, 'pools.node.floor: Too small'],
    ['half a slot', { pools: { node: { floor: 0.5 } } }, 'pools.node.floor: Invalid input'],
    ['more than a cluster holds', { pools: { node: { ceiling: 1001 } } }, 'pools.node.ceiling: Too big'],
    ['a name that no template has', { pools: { 'No de': {} } }, 'pools.No de: '],
    ['a field of a pool that nobody knows', { pools: { node: { size: 5 } } }, 'pools.node: Unrecognized key: "size"'],
    ['a field that nobody knows', { pool: {} }, ': Unrecognized key: "pool"'],
    ['no worker at all', { servers: { workers: { floor: 0, ceiling: 1 } } }, 'servers.workers.floor: Too small'],
    [
      'fewer servers than at the least',
      { servers: { api: { floor: 3, ceiling: 2 } } },
      'servers.api.floor: must be at most',
    ],
    ['servers of a kind that nobody knows', { servers: { web: {} } }, 'servers: Unrecognized key: "web"'],
    ['an entry that is wrong', { calendar: [{ ...ENTRY, count: 0 }] }, 'calendar.0.count: Too small'],
  ])('are refused with the place: %s', (_, settings, fault) => {
    expect(faults(settings)).toEqual([expect.stringContaining(fault)]);
  });

  it('name no more people than a plan can look after one by one', () => {
    const { count: _, ...entry } = ENTRY;
    const roster = (people: number) => Array.from({ length: people }, (_, number) => ({ dev_id: `dev-${number}` }));
    const calendar = (...rosters: number[]) => ({
      calendar: rosters.map((one) => ({ ...entry, roster: roster(one) })),
    });

    expect(faults(calendar(300, 200))).toEqual([]);
    expect(faults(calendar(300, 201))).toEqual([expect.stringContaining('calendar: must name at most 500 people')]);
  });

  it('are as much as one message of Temporal holds well: more is refused, and what to do is said', () => {
    const course = (count: number) => ({ calendar: Array(count).fill({ ...ENTRY, reason: 'é'.repeat(200) }) });

    expect(faults(course(115))).toEqual([]);
    expect(faults(course(130))).toEqual([expect.stringContaining('must be at most 64 KiB')]);
  });
});
