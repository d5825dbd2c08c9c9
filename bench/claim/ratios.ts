import type { Row } from './row.ts';

/** How claims do beside what they are compared with, by load. */
export function ratiosOf(rows: readonly Row[]): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const claim of rows.filter(({ what }) => what === 'claim')) {
    for (const what of ['update-with-start', 'cold start'] as const) {
      const other = rows.find((row) => row.what === what && row.load === claim.load);
      if (other === undefined) continue;
      const name = `claim / ${what}, ${claim.load}`;
      ratios[`${name}, p50`] = claim.p50 / other.p50;
      ratios[`${name}, p99`] = claim.p99 / other.p99;
    }
  }
  return ratios;
}
