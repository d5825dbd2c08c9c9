import type { Pool } from './pool.ts';
import type { Removal } from './removal.ts';

/**
 * What bounds a plan, and what is done about a pool, in sentences.
 * @param isCramped whether there is no room for a successor of an older version
 */
export function reasonsOf(
  { wish, choice }: Pool,
  desired: number,
  remove: readonly Removal[],
  isCramped: boolean,
): string[] {
  const { digest, breaker } = choice;
  const reasons: string[] = [];
  if (desired < wish.count) reasons.push(`There is room for ${desired}.`);
  if (isCramped) reasons.push('There is no room for successors of an older version.');
  if (breaker !== undefined) {
    const instead = digest === undefined ? 'no other is known to work' : `${brief(digest)} is made`;
    const trial = new Date(breaker.trialAt).toISOString();
    reasons.push(
      `${brief(breaker.digest)} failed ${breaker.failures} times in a row: ${instead} until a trial at ${trial}.`,
    );
  }
  const why = { broken: 'broken', outdated: 'of another version', excess: 'too many' };
  for (const [because, what] of Object.entries(why)) {
    const count = remove.filter((removal) => removal.because === because).length;
    if (count > 0) reasons.push(`${count} ${what} ${count === 1 ? 'goes' : 'go'}.`);
  }
  return reasons;
}

/** As much of a digest as tells it from others. */
function brief(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
