import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Stage } from '../faults/stage.ts';
import { WarmSlots } from '../faults/warm-slots.ts';
import { seriesIn, total } from '../setup/exposition.ts';

const NOTICED_WITHIN = { timeout: 60_000 };
const TEST_MS = 300_000;
const LATER = { Prefer: 'respond-async' };

describe('what a worker tells Prometheus', () => {
  let stage: Stage;
  let slots: WarmSlots;
  const there = async (name: string, labels: Record<string, string> = {}) =>
    total(await stage.metricsOf('worker'), name, labels);
  const start = (name: string) => stage.start({ ...stage.environment(name), template: 'bare' });
  const end = async (name: string) => {
    await stage.terminate(stage.environment(name));
    expect(await stage.settled(stage.environment(name))).toMatchObject({ state: 'terminated' });
  };

  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    slots = new WarmSlots(stage);
    await stage.startApi();
    await stage.startMeasuredWorker('worker');
  }, TEST_MS);
  afterAll(() => stage.close());

  it('counts steps and changes of state, of starts and teardowns, by what they came to', {
    timeout: TEST_MS,
  }, async () => {
    await start('one');
    await end('one');

    const step = (activity: string) => there('berth_activity_seconds_count', { activity, outcome: 'done' });
    await expect.poll(() => step('isolate'), NOTICED_WITHIN).toBe(1);
    expect(await step('remove')).toBeGreaterThan(0);
    for (const state of ['provisioning', 'ready', 'terminating', 'terminated'])
      expect(await there('berth_environment_changes', { state, problem: 'none' })).toBe(1);
    expect(await there('berth_environment_ready_seconds_count', { provisioned_from: 'cold' })).toBe(1);
  });

  it('counts what starts find: a slot, or none', {
    timeout: TEST_MS,
  }, async () => {
    const claims = (outcome: string) => there('berth_claims', { outcome });
    const before = await claims('none');
    await slots.make(1);
    expect(await start('finds')).toMatchObject({ body: { provisioned_from: 'warm_pool' } });
    expect(await start('finds-none')).toMatchObject({ body: { provisioned_from: 'cold' } });

    expect(await claims('found')).toBe(1);
    expect(await claims('none')).toBe(before + 1);
    expect(await there('berth_environment_ready_seconds_count', { provisioned_from: 'warm_pool' })).toBe(1);
    await end('finds');
    await end('finds-none');
  });

  it('counts calls to the cluster by what they do and their status, and times them and the wait for a turn', async () => {
    const call = { verb: 'create', purpose: 'people' };
    const created = await there('berth_cluster_calls', { ...call, status: '201' });

    expect(created).toBeGreaterThan(0);
    expect(await there('berth_cluster_call_seconds_count', call)).toBeGreaterThanOrEqual(created);
    expect(await there('berth_cluster_turn_seconds_count', { purpose: 'people' })).toBeGreaterThanOrEqual(created);
    expect(await there('berth_cluster_calls', { verb: 'list', status: '200' })).toBeGreaterThan(0);
    expect(seriesIn(await stage.metricsOf('worker')).get('berth_cluster_turns_waiting{purpose="people"}')).toBe(0);
  });

  it('tells which calls were answered with an error, which not at all, and for how long watches hear nothing', {
    timeout: TEST_MS,
  }, async () => {
    const silence = async () => {
      const all = [...seriesIn(await stage.metricsOf('worker'))];
      return Math.max(
        ...all.flatMap(([name, value]) => (name.startsWith('berth_watch_silence_seconds{') ? [value] : [])),
      );
    };
    const before = await silence();
    await stage.proxy.refuse();
    onTestFinished(() => stage.proxy.accept());
    await stage.start({ ...stage.environment('cut-off'), template: 'bare' }, { headers: LATER });

    await expect.poll(() => there('berth_cluster_calls', { status: 'no-answer' }), NOTICED_WITHIN).toBeGreaterThan(0);
    await expect.poll(silence, NOTICED_WITHIN).toBeGreaterThan(before + 5);
  });

  it('has no series more for more developers, and none of their names', { timeout: TEST_MS }, async () => {
    const names = ['first', 'second', 'third', 'fourth'];
    const lives = async (some: string[]): Promise<Set<string>> => {
      await Promise.all(some.map(start));
      await Promise.all(some.map(end));
      const series = [...seriesIn(await stage.metricsOf('worker')).keys()];
      return new Set(series.filter((name) => name.startsWith('berth_')));
    };
    await end('cut-off');
    const one = await lives(names.slice(0, 2));
    const more = await lives(names.slice(2));
    const added = [...more].filter((series) => !one.has(series) && !/status="|outcome="/.test(series));

    expect(added).toEqual([]);
    expect(await stage.metricsOf('worker')).not.toContain(stage.developers);
  });
});
