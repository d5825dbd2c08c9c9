import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantityValue, sameQuantity } from '../../src/environment/quantity.ts';

describe('an amount', () => {
  test.each([
    ['500m', 500n],
    ['0', 0n],
    ['2', 2000n],
    ['1.5', 1500n],
    ['1k', 1_000_000n],
    ['1Ki', 1_024_000n],
    ['1.5Gi', 1_610_612_736_000n],
    ['1Ei', 1_152_921_504_606_846_976_000n],
  ])('%s is %d thousandths', (text, value) => expect(quantityValue(text)).toBe(value));

  test.each(['', ' 1', '1 ', '-1', '+1', '1e3', '1.', '.5', '1ki', '1KI', '1g', '1mi', 'Gi', '1,5', '١', 'NaN', '0x1'])(
    '%j is none',
    (text) => expect(quantityValue(text)).toBeUndefined(),
  );

  test('is exact far beyond what a floating-point number holds', () => {
    expect(sameQuantity('9007199254740993', '9007199254740992')).toBe(false);
    expect(sameQuantity('9007199254740.993k', '9007199254740993')).toBe(true);
  });

  test.each([
    ['1.5m', '2m'],
    ['0.0001', '1m'],
    ['1.3333Gi', '1431619973940m'],
  ])('that is finer than a thousandth is rounded up as the apiserver does: %s is %s', (written, answered) =>
    expect(sameQuantity(written, answered)).toBe(true),
  );
});

describe('two amounts', () => {
  test.each([
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['0.5', '500m'],
    ['1536Mi', '1.5Gi'],
    ['1000', '1k'],
    ['0', '0Gi'],
    ['1.0', '1'],
  ])('are the same however they are written: %s is %s', (one, other) => expect(sameQuantity(one, other)).toBe(true));

  test.each([
    ['1', '2'],
    ['1G', '1Gi'],
    ['1m', '1M'],
    ['1', 'one'],
    ['one', 'two'],
  ])('differ: %s is not %s', (one, other) => expect(sameQuantity(one, other)).toBe(false));

  test('in thousandths and in units compare as their numbers do', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (one, other) => {
        expect(sameQuantity(`${one}m`, `${other}`)).toBe(one === other * 1000);
        expect(sameQuantity(`${one * 1024}Ki`, `${other}Mi`)).toBe(one === other);
      }),
    );
  });
});
