import { describe, expect, test } from 'vitest';
import { advance, beginStep, endStep, isOver, STATES, type State } from '../../src/environment/environment.ts';
import { environment } from './samples.ts';

/** What may follow what, written here once more: a change of the product's table must be meant. */
const LEGAL: Record<State, State[]> = {
  queued: ['provisioning', 'terminating', 'failed'],
  provisioning: ['verifying', 'asleep', 'terminating', 'failed'],
  verifying: ['ready', 'asleep', 'terminating', 'failed'],
  ready: ['degraded', 'asleep', 'terminating'],
  degraded: ['ready', 'asleep', 'terminating'],
  asleep: ['provisioning', 'terminating'],
  terminating: ['terminated'],
  terminated: [],
  failed: [],
};
const pairs = STATES.flatMap((from) => STATES.map((to) => ({ from, to, legal: LEGAL[from].includes(to) })));

describe('an environment', () => {
  test.each(pairs.filter(({ legal }) => legal))('goes from $from to $to', ({ from, to }) => {
    const before = environment({ state: from, namespace: 'dev-ada' });
    expect(advance(before, to)).toEqual({ ...before, state: to });
    expect(before.state).toBe(from);
  });

  test.each(pairs.filter(({ legal }) => !legal))('never goes from $from to $to', ({ from, to }) => {
    expect(() => advance(environment({ state: from }), to)).toThrow(`An environment cannot go from ${from} to ${to}.`);
  });

  test('is over when it is terminated or has failed, and only then', () => {
    expect(STATES.filter(isOver)).toEqual(['terminated', 'failed']);
  });

  test('can be terminated from every state in which something of it may be left', () => {
    const endable = STATES.filter((state) => LEGAL[state].includes('terminating'));
    expect(endable).toEqual(STATES.filter((state) => !isOver(state) && state !== 'terminating'));
  });
});

describe('the steps of an environment', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));

  test('are shown in the order in which they began, with times in UTC', () => {
    let shown = beginStep(environment(), 'isolation', at(1));
    shown = endStep(shown, at(2), { state: 'done' });
    shown = beginStep(shown, 'workload', at(3));
    expect(shown.steps).toEqual([
      {
        name: 'isolation',
        state: 'done',
        started_at: '2026-01-01T00:00:01.000Z',
        ended_at: '2026-01-01T00:00:02.000Z',
        attempts: 1,
      },
      { name: 'workload', state: 'running', started_at: '2026-01-01T00:00:03.000Z', attempts: 1 },
    ]);
  });

  test('that fail say how often they were tried and why they failed', () => {
    const begun = beginStep(environment(), 'workload', at(1));
    const [step] = endStep(begun, at(9), { state: 'failed', attempts: 5, message: 'no such image' }).steps;
    expect(step).toMatchObject({ state: 'failed', attempts: 5, message: 'no such image' });
  });

  test('that are done at last do not say any more what was in their way; those that were broken off do', () => {
    const begun = beginStep(environment(), 'isolation', at(1));
    const waiting = { ...begun, steps: begun.steps.map((step) => ({ ...step, message: 'waits for the cluster' })) };

    expect(endStep(waiting, at(2), { state: 'done', attempts: 4 }).steps[0]).not.toHaveProperty('message');
    expect(endStep(waiting, at(2), { state: 'cancelled' }).steps[0]?.message).toBe('waits for the cluster');
  });

  test('that were done stay as they were when a later one ends', () => {
    const one = endStep(beginStep(environment(), 'isolation', at(1)), at(2), { state: 'done' });
    const two = endStep(beginStep(one, 'workload', at(3)), at(4), { state: 'cancelled', message: 'terminated' });
    expect(two.steps[0]).toEqual(one.steps[0]);
    expect(two.steps[1]).toMatchObject({ name: 'workload', state: 'cancelled' });
  });

  test('that begin again are shown once, as the last', () => {
    let shown = endStep(beginStep(environment(), 'workload', at(1)), at(2), { state: 'done' });
    shown = endStep(beginStep(shown, 'verification', at(3)), at(4), { state: 'done' });
    shown = beginStep(shown, 'workload', at(5));
    expect(shown.steps.map(({ name, state }) => [name, state])).toEqual([
      ['verification', 'done'],
      ['workload', 'running'],
    ]);
  });

  test('are new objects: what was shown before does not change', () => {
    const before = Object.freeze(environment({ steps: Object.freeze([]) as never }));
    const begun = beginStep(before, 'isolation', at(1));
    endStep(begun, at(2), { state: 'done' });
    expect(before.steps).toEqual([]);
    expect(begun.steps[0]?.state).toBe('running');
  });
});
