import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DURATION, durationMs } from '../../src/environment/duration.ts';

describe('a duration', () => {
  test.each([
    ['1s', 1000],
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['8h', 28_800_000],
    ['7d', 604_800_000],
    ['999999d', 86_399_913_600_000],
  ])('%s is %d ms', (text, ms) => expect(durationMs(text)).toBe(ms));

  test.each(['', '0s', '-1s', '1', 's', '1.5h', '1w', '1H', '01h', '1h30m', ' 1h', '1h ', '1h\n', '1000000d', 'PT1H'])(
    '%j is none, and says what one looks like',
    (text) => {
      expect(text).not.toMatch(DURATION);
      expect(() => durationMs(text)).toThrow(new RangeError(`'${text}' is not a duration such as 30m or 8h.`));
    },
  );

  test('is a whole number of milliseconds that a clock can count, whatever its unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999 }), fc.constantFrom('s', 'm', 'h', 'd'), (count, unit) => {
        const ms = durationMs(`${count}${unit}`);
        expect(Number.isSafeInteger(ms)).toBe(true);
        expect(ms % count).toBe(0);
        expect(new Date(Date.now() + ms).getTime()).not.toBeNaN();
      }),
    );
  });
});
