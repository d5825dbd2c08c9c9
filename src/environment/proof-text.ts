import type { Finding, Proof } from './proof.ts';

/** What packets have shown, a line each, for people. */
export function proofLines({ verified_at, enforced, checks }: Proof): string[] {
  return [`${enforced ? 'isolated' : 'not isolated'}, as seen at ${verified_at}`, ...checks.map(findingLine)];
}

function findingLine({ name, expected, seen, verdict, note }: Finding): string {
  const outcome = seen === undefined ? '' : `, was ${seen}`;
  const wanted = expected === 'observed' ? '' : `must be ${expected}${outcome}: `;
  return `${name}: ${wanted}${verdict}${note === undefined ? '' : ` (${note})`}`;
}
