import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { durationMs } from '../../src/environment/duration.ts';
import {
  advance,
  beginStep,
  type Environment,
  endStep,
  type State,
  TRANSITIONS,
} from '../../src/environment/environment.ts';
import { problem } from '../../src/environment/problem.ts';
import {
  asleep,
  extended,
  isAwake,
  isFallingAsleep,
  isLater,
  lastSleep,
  ready,
  waking,
} from '../../src/environment/sleep.ts';
import { environment } from './samples.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const verifying = environment({ state: 'verifying', namespace: 'dev-ada' });
const cause = problem('cluster-failed', 'It was opened.');

describe('an environment', () => {
  test('that becomes ready has its time from now on', () =>
    expect(ready(verifying, at(1), '8h')).toMatchObject({
      state: 'ready',
      ready_at: '2026-01-01T00:00:01.000Z',
      expires_at: '2026-01-01T08:00:01.000Z',
    }));

  test('that falls asleep announces its end, and has no other', () => {
    const sleeper = asleep(ready(verifying, at(1), '8h'), at(2), '7d');
    expect(sleeper).toMatchObject({
      state: 'asleep',
      namespace: 'dev-ada',
      ready_at: '2026-01-01T00:00:01.000Z',
      asleep_since: '2026-01-01T00:00:02.000Z',
      retained_until: '2026-01-08T00:00:02.000Z',
    });
    expect(sleeper).not.toHaveProperty('expires_at');
    expect(sleeper).not.toHaveProperty('problem');
  });

  test('that could not be woken says why for as long as it sleeps on', () => {
    const again = asleep(waking(asleep(ready(verifying, at(1), '8h'), at(2), '7d')), at(3), '7d', cause);
    expect(again).toMatchObject({ state: 'asleep', problem: cause, asleep_since: '2026-01-01T00:00:03.000Z' });
    expect(waking(again)).not.toHaveProperty('problem');
  });

  test('that was never ready cannot be woken, nor put to sleep', () => {
    expect(() => waking(verifying)).toThrow('cannot go from verifying to provisioning');
    expect(() => asleep(environment(), at(1), '7d')).toThrow('cannot go from queued to asleep');
  });

  test('is not ready any more as soon as somebody puts it to sleep', () => {
    const awake = ready(verifying, at(1), '8h');
    const falling = beginStep(awake, 'sleep', at(2));
    expect([isAwake(awake), isFallingAsleep(awake)]).toEqual([true, false]);
    expect([isAwake(falling), isFallingAsleep(falling)]).toEqual([false, true]);
    const fallen = asleep(endStep(falling, at(3), { state: 'done' }), at(3), '7d');
    expect([isAwake(fallen), isFallingAsleep(fallen)]).toEqual([false, false]);
  });

  test('tells its sleeps apart by when they began', () => {
    const first = beginStep(ready(verifying, at(1), '8h'), 'sleep', at(2));
    const second = beginStep(endStep(first, at(3), { state: 'done' }), 'sleep', at(4));
    expect([verifying, first, second].map(lastSleep)).toEqual([
      undefined,
      ...[at(2), at(4)].map((time) => time.toISOString()),
    ]);
  });

  test('is never given less time by an extension, and always as much as asked for', () => {
    const durations = fc
      .tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom('s', 'm', 'h', 'd'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(durations, durations, fc.nat(86_400), (ttl, more, later) => {
        const awake = ready(verifying, at(0), ttl);
        const longer = extended(awake, at(later), more);
        const end = Date.parse(longer.expires_at ?? '');
        expect(end).toBe(Math.max(Date.parse(awake.expires_at ?? ''), at(later).getTime() + durationMs(more)));
      }),
    );
  });
});

describe('whatever happens to an environment, in whatever order', () => {
  type Event = (before: Environment, time: Date) => Environment;
  const events: Record<string, Event> = {
    'it is provisioned or verified': (before) =>
      advance(before, before.state === 'queued' ? 'provisioning' : 'verifying'),
    'it is ready': (before, time) => ready(before, time, '8h'),
    'it is extended': (before, time) => (isAwake(before) ? extended(before, time, '1h') : before),
    'it sleeps': (before, time) => asleep(before, time, '7d'),
    'it cannot be woken': (before, time) => asleep(before, time, '7d', cause),
    'it wakes': (before) => waking(before),
    'it ends': (before) => advance(before, 'terminating'),
    'it is gone': (before) => advance(before, 'terminated'),
    'it fails': (before) => advance(before, 'failed'),
  };
  /** What has no place in its state is refused, and changes nothing. */
  const happened = (before: Environment, event: Event, time: Date): Environment => {
    try {
      return event(before, time);
    } catch {
      return before;
    }
  };
  const histories = fc.array(fc.constantFrom(...Object.values(events)), { maxLength: 60 }).map((order) => {
    const states = [environment()];
    for (const [index, event] of order.entries()) {
      states.push(happened(states.at(-1) ?? environment(), event, at(index)));
    }
    return states;
  });

  test('it goes only where its state may lead', () => {
    const seen = new Set<State>();
    fc.assert(
      fc.property(histories, (states) => {
        for (const [index, { state }] of states.entries()) {
          const before = states[index - 1]?.state ?? state;
          expect(state === before || TRANSITIONS[before].includes(state)).toBe(true);
          seen.add(state);
        }
      }),
      { numRuns: 500 },
    );
    // Or the property would say little.
    expect([...seen]).toEqual(expect.arrayContaining(['ready', 'asleep', 'terminated', 'failed']));
  });

  test('its end is announced where it is asleep, its sleep where it is ready, and neither elsewhere at once', () => {
    fc.assert(
      fc.property(histories, (states) => {
        for (const { state, expires_at, asleep_since, retained_until, problem } of states) {
          if (state === 'ready')
            expect([expires_at, asleep_since, problem]).toEqual([expect.any(String), undefined, undefined]);
          if (state === 'asleep') expect([expires_at, retained_until]).toEqual([undefined, expect.any(String)]);
          expect(asleep_since === undefined).toBe(retained_until === undefined);
          if (asleep_since !== undefined) expect(expires_at).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  test('of two accounts of it, ready or asleep, the later one is told from the earlier', () => {
    const isSettled = ({ state }: Environment): boolean => state === 'ready' || state === 'asleep';
    const when = ({ ready_at, asleep_since, expires_at }: Environment): string =>
      JSON.stringify([ready_at, asleep_since, expires_at]);
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(), (states, one, other) => {
        const settled = states.filter(isSettled);
        if (settled.length === 0) return;
        const [first, last] = [one % settled.length, other % settled.length].sort((a, b) => a - b);
        const [earlier, later] = [settled[first ?? 0], settled[last ?? 0]];
        if (earlier === undefined || later === undefined) throw new Error('There is no such state.');
        expect(isLater(earlier, later)).toBe(false);
        expect(isLater(later, earlier)).toBe(when(later) !== when(earlier));
      }),
      { numRuns: 1000 },
    );
  });

  test('any account of it as it was given to somebody is later than one of before that', () => {
    const given = ready(advance(advance(environment(), 'provisioning'), 'verifying'), at(1), '8h');

    expect(isLater(given, advance(environment(), 'provisioning'))).toBe(true);
    expect(isLater(given, environment())).toBe(true);
  });
});
