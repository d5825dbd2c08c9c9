import { describe, expect, it } from 'vitest';
import { type Awaited, type Expectation, type PreparedSlot, planPrepared } from '../../src/capacity/prepared.ts';
import { NEW, NOW, OLD, works } from './observed.ts';

const HOUR_MS = 3_600_000;
const person = (dev_id: string, changes: Partial<Awaited> = {}): Awaited => ({
  ...{ dev_id, project: 'shop', template: 'node', untilMs: NOW + HOUR_MS, reason: 'Workshop', isServed: false },
  ...changes,
});
const slot = (dev_id: string, changes: Partial<PreparedSlot> = {}): PreparedSlot => ({
  ...{ dev_id, project: 'shop', template: 'node', name: `dev-${dev_id}`, digest: NEW, state: 'ready', createdAt: NOW },
  ...changes,
});
const node = { digest: NEW, outcomes: [works(NEW)], takesRoom: true };
const plan = (seen: Partial<Expectation>, room: number | undefined = 100) =>
  planPrepared({ awaited: [], slots: [], versions: { node }, ...seen }, room, NOW);
const made = (...seen: Parameters<typeof plan>) => plan(...seen).make.map(({ dev_id }) => dev_id);

describe('what is prepared by name', () => {
  it('is made for everybody who is awaited and has nothing, once', () => {
    const awaited = [person('ada'), person('bob'), person('eve', { isServed: true })];
    const { make, report } = plan({ awaited, slots: [slot('bob', { state: 'making' })] });

    expect(make).toEqual([{ dev_id: 'ada', project: 'shop', template: 'node', digest: NEW, takesRoom: true }]);
    expect(report.map(({ state }) => state)).toEqual(['wanted', 'making', 'handed over']);
    expect(report[0]).toMatchObject({ until: '2026-03-02T09:00:00.000Z', reason: 'Workshop' });
  });

  it('stays as it is for those of whom it could not be read whether they have an environment', () => {
    const { isServed: _, ...ada } = person('ada');
    const { isServed: __, ...bob } = person('bob');
    const { make, remove, report } = plan({ awaited: [ada, bob], slots: [slot('bob')] });

    expect({ make, remove }).toEqual({ make: [], remove: [] });
    expect(report.map(({ state }) => state)).toEqual(['unknown', 'ready']);
  });

  it('is as much as there is room for, where it takes any', () => {
    const awaited = ['ada', 'bob', 'eve'].map((name) => person(name));

    expect(made({ awaited }, 2)).toEqual(['ada', 'bob']);
    expect(planPrepared({ awaited, slots: [], versions: { node } }, undefined, NOW).make).toEqual([]);
    const bare = { node: { ...node, takesRoom: false } };
    expect(planPrepared({ awaited, slots: [], versions: bare }, undefined, NOW).make).toHaveLength(3);
  });

  it('is of the last good version while the current one is set aside, which is tried again', () => {
    const failing = works(NEW, { failedInARow: 3, lastFailedAt: NOW - 1000 });
    const awaited = [person('ada'), person('bob')];
    const versions = (...outcomes: (typeof failing)[]) => ({ node: { ...node, outcomes } });

    expect(plan({ awaited, versions: versions(failing, works(OLD)) }).make).toMatchObject([
      { digest: OLD },
      { digest: OLD },
    ]);
    expect(made({ awaited, versions: versions(failing) })).toEqual([]);
    const long = { ...failing, lastFailedAt: NOW - HOUR_MS };
    expect(made({ awaited, versions: versions(long) })).toEqual(['ada']);
  });

  it('is made of a few at a time where it is not known yet that it works', () => {
    const awaited = ['ada', 'bob', 'eve', 'joe'].map((name) => person(name));
    const versions = { node: { ...node, outcomes: [] } };

    expect(made({ awaited, versions })).toEqual(['ada', 'bob', 'eve']);
    expect(made({ awaited, versions, slots: [slot('ada', { state: 'making' })] })).toEqual(['bob', 'eve']);
  });

  it('is released once nobody is awaited for it, and replaced where it is of no use', () => {
    const kept = slot('ada');
    const gone = [
      slot('bob'),
      slot('eve', { state: 'broken' }),
      slot('joe', { template: 'python' }),
      slot('kim'),
      slot('lea', { project: 'blog' }),
    ];
    const awaited = [person('ada'), person('eve'), person('joe'), person('kim', { isServed: true }), person('lea')];

    expect(plan({ awaited, slots: [kept, ...gone] }).remove).toEqual(gone.map(({ name }) => name));
    const busy = (['making', 'going'] as const).map((state) => slot(state, { state }));
    expect(plan({ slots: busy }).remove).toEqual([]);
  });

  it('is released in steps', () => {
    const many = Array.from({ length: 50 }, (_, index) => slot(`dev${index}`));

    expect(plan({ slots: many }).remove).toHaveLength(20);
  });

  it('stays as it is where it cannot be seen', () => {
    const { make, remove, report } = planPrepared({ awaited: [person('ada')], versions: { node } }, 100, NOW);

    expect({ make, remove }).toEqual({ make: [], remove: [] });
    expect(report).toMatchObject([{ state: 'wanted' }]);
  });
});
