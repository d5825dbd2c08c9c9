const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A whole number with its unit, such as `90s`, `30m`, `8h`, `7d`. */
export const DURATION = /^([1-9]\d{0,5})([smhd])$/;

/**
 * A duration in milliseconds.
 * @throws RangeError where the text is no duration; check it against {@link DURATION} first
 */
export function durationMs(text: string): number {
  const [, count, unit = ''] = DURATION.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (count === undefined || unitMs === undefined)
    throw new RangeError(`'${text}' is not a duration such as 30m or 8h.`);
  return Number(count) * unitMs;
}
