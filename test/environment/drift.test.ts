import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { degraded, type Finding, noted, unrestored, whole } from '../../src/environment/drift.ts';
import { isSettled, judged, type Pace, paced, UNHURRIED } from '../../src/environment/pace.ts';
import { isAwake, ready } from '../../src/environment/sleep.ts';
import { environment } from './samples.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
const awake = ready(environment({ state: 'verifying', namespace: 'dev-ada' }), at(0), '8h');
const restored: Finding = { object: 'NetworkPolicy deny-all', what: 'restored', message: 'it was missing' };
const refused: Finding = { object: 'Service web', what: 'not restored', message: 'it is missing: not today' };

const findings = fc.record<Finding>({
  object: fc.constantFrom('NetworkPolicy deny-all', 'NetworkPolicy open', 'Service web'),
  what: fc.constantFrom('restored', 'removed', 'not restored'),
  message: fc.constantFrom('it was missing', 'it differed'),
});

describe('an environment', () => {
  test('tells what was found in it, with its time', () =>
    expect(noted(awake, [restored], at(3)).drift).toEqual([{ at: '2026-01-01T00:00:03.000Z', ...restored }]));

  test('tells once what still cannot be restored, and again where the reason is another', () => {
    const once = noted(awake, [refused], at(1));
    expect(noted(once, [refused], at(2))).toBe(once);
    expect(noted(once, [{ ...refused, message: 'quota' }], at(2)).drift).toHaveLength(2);
    expect(unrestored(once)).toMatchObject([refused]);
  });

  test('does not hold against it what was restored after all', () => {
    const later = noted(noted(awake, [refused], at(1)), [{ ...refused, what: 'restored' }], at(2));
    expect(unrestored(later)).toEqual([]);
  });

  test('keeps the last ten findings, whatever is found', () => {
    fc.assert(
      fc.property(fc.array(findings, { maxLength: 40 }), (all) => {
        const told = all.reduce((before, one, index) => noted(before, [one], at(index)), awake);
        expect(told.drift?.length ?? 0).toBe(Math.min(10, told.drift?.length ?? 0));
        const last = all.at(-1);
        if (last !== undefined) expect(told.drift?.some(({ object }) => object === last.object)).toBe(true);
      }),
    );
  });

  test('that is degraded says why, can be used, keeps its time, and is ready again without a trace', () => {
    const worse = degraded(awake, 'Service web is missing.');
    expect(worse).toMatchObject({ state: 'degraded', expires_at: awake.expires_at, problem: { status: 502 } });
    expect(worse.problem?.detail).toContain('Service web is missing.');
    expect(isAwake(worse)).toBe(true);
    expect(degraded(worse, 'Another reason.').problem?.detail).toContain('Another reason.');
    expect(whole(worse)).toEqual(awake);
    expect(whole(awake)).toBe(awake);
  });

  test('that is degraded for the same reason as before is the same', () => {
    const worse = degraded(awake, 'Service web is missing.');
    expect(degraded(worse, 'Service web is missing.')).toBe(worse);
  });

  test('that sleeps is not degraded: waking looks at everything anew', () => {
    const sleeper = environment({ state: 'asleep' });
    expect(degraded(sleeper, 'Why.')).toBe(sleeper);
  });
});

const look = (found: Finding[], isPassing = true) => ({ isThere: true, findings: found, isPassing });
const isDegraded = (pace: Pace, found: Finding[], isPassing = true) =>
  judged(awake, look(found, isPassing), pace).state === 'degraded';

describe('whoever changes things again and again', () => {
  const rounds = (count: number, found: Finding[], everyMs: number): Pace[] => {
    const paces: Pace[] = [UNHURRIED];
    for (let at = 1, round = 0; round < count; round++) {
      const pace = paced(paces.at(-1) ?? UNHURRIED, found, at, false);
      paces.push(pace);
      at = Math.max(at, pace.notBefore) + everyMs;
    }
    return paces.slice(1);
  };

  test('is met within half a minute at first, ever more rarely, and once a minute for ever', () => {
    const paces = rounds(20, [restored], 0);
    const pauses = paces.map(({ notBefore }, index) => notBefore - (paces[index - 1]?.notBefore ?? 1));
    expect(pauses.slice(0, 5)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(pauses.at(-1)).toBe(60_000);
  });

  test('is called so at the fifth time, and not where it was left alone in between', () => {
    const five = rounds(5, [restored], 0);
    expect(five.map((pace) => isDegraded(pace, [restored]))).toEqual([false, false, false, false, true]);
    expect(five.map((pace) => isSettled(look([restored]), pace))).toEqual([true, true, true, true, false]);
    expect(rounds(9, [restored], 700_000).some((pace) => isDegraded(pace, [restored]))).toBe(false);
  });

  test('is known by the kind, where each thing added has another name', () => {
    const added = (round: number): Finding => ({ ...restored, object: `NetworkPolicy n${round}`, what: 'removed' });
    const last = [1, 2, 3, 4, 5].reduce((pace, round) => paced(pace, [added(round)], round, false), UNHURRIED);
    expect(judged(awake, look([added(5)]), last).problem?.detail).toMatch(/^NetworkPolicy is changed by somebody/);
  });

  test('does not keep others waiting: each object is counted for itself', () => {
    const objects = ['a', 'b', 'c', 'd', 'e', 'f'].map((name): Finding => ({ ...restored, object: `Service ${name}` }));
    const last = objects.reduce((pace, one, round) => paced(pace, [one], round * 2000, false), UNHURRIED);
    expect(last.notBefore).toBe(10_000 + 1000);
  });

  test('what cannot be restored is tried ever more rarely, told after three rounds of a busy cluster, then forgotten', () => {
    const paces = rounds(12, [refused], 0);
    expect(paces.map((pace) => isDegraded(pace, [refused])).indexOf(true)).toBe(2);
    expect(paces.map((pace) => isDegraded(pace, [refused], false)).indexOf(true)).toBe(0);
    expect(paces.at(-1)?.notBefore).toBe((paces.at(-2)?.notBefore ?? 0) + 60_000);
    expect(paced(paces.at(-1) ?? UNHURRIED, [], 1, false)).toMatchObject({ failed: 0, notBefore: 1 });
  });
});
