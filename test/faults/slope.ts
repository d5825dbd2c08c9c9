/** How something grows with something else, by least squares. */
export interface Slope {
  readonly perUnit: number;
  /** The standard error of it. */
  readonly error: number;
}

/** @param points at least three, not all at one place: how much of the one there was, and of the other then */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): Slope {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const spread = sum(points.map(([x]) => (x - meanX) ** 2));
  const perUnit = sum(points.map(([x, y]) => (x - meanX) * (y - meanY))) / spread;
  const residue = sum(points.map(([x, y]) => (y - meanY - perUnit * (x - meanX)) ** 2));
  return { perUnit, error: Math.sqrt(residue / (points.length - 2) / spread) };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
