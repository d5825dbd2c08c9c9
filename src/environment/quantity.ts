const FORMAT = /^(\d+(?:\.\d{1,9})?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;

/** Powers of ten, in thousandths so that `m` stays whole. */
const DECIMAL: Record<string, bigint> = Object.fromEntries(
  ['m', '', 'k', 'M', 'G', 'T', 'P', 'E'].map((suffix, power) => [suffix, 1000n ** BigInt(power)]),
);
const BINARY: Record<string, bigint> = Object.fromEntries(
  ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, power) => [suffix, 1000n * 1024n ** BigInt(power + 1)]),
);
const FRACTION_DIGITS = 9;
const FRACTION = 10n ** BigInt(FRACTION_DIGITS);

/**
 * The value of an amount such as `500m`, `2`, `1.5Gi`, in thousandths, so that amounts compare. What is finer than a
 * thousandth is rounded up, as the apiserver does. The notation is that of Kubernetes' resource quantities, without
 * signs and exponents.
 *
 * @returns `undefined` where the text is no amount
 */
export function quantityValue(text: string): bigint | undefined {
  const [, digits, suffix = ''] = FORMAT.exec(text) ?? [];
  const unit = DECIMAL[suffix] ?? BINARY[suffix];
  if (digits === undefined || unit === undefined) return undefined;
  const [whole = '0', fraction = ''] = digits.split('.');
  const billionths = BigInt(whole + fraction.padEnd(FRACTION_DIGITS, '0')) * unit;
  return (billionths + FRACTION - 1n) / FRACTION;
}

/** Whether two amounts are the same one, however they are written: `1000m` is `1`. */
export function sameQuantity(one: string, other: string): boolean {
  if (one === other) return true;
  const value = quantityValue(one);
  return value !== undefined && value === quantityValue(other);
}
