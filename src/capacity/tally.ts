/** How many starts there were in which bucket, by its number since the epoch. Buckets without any are missing. */
export type Counts = ReadonlyMap<number, number>;

/**
 * Counts as a text, since they are kept for weeks and written with each plan: how many buckets were empty (in base 36),
 * and how many starts there were then, with `A` for one, `B` for two, and each `+` for 26 more.
 */
export type Tally = string;

const ENTRY = /([0-9a-z]*)(\+*)([A-Z])/g;
const [FIRST_LETTER, LETTERS] = ['A'.charCodeAt(0), 26];

export function tally(counts: Counts): Tally {
  let next = 0;
  return [...counts]
    .sort(([one], [other]) => one - other)
    .map(([bucket, count]) => {
      const empty = bucket - next;
      next = bucket + 1;
      const letter = String.fromCharCode(FIRST_LETTER + ((count - 1) % LETTERS));
      return `${empty === 0 ? '' : empty.toString(36)}${'+'.repeat(Math.floor((count - 1) / LETTERS))}${letter}`;
    })
    .join('');
}

export function countsIn(text: Tally): Map<number, number> {
  const counts = new Map<number, number>();
  let next = 0;
  for (const [, empty = '', more = '', letter = ''] of text.matchAll(ENTRY)) {
    const bucket = next + (empty === '' ? 0 : Number.parseInt(empty, 36));
    counts.set(bucket, LETTERS * more.length + letter.charCodeAt(0) - FIRST_LETTER + 1);
    next = bucket + 1;
  }
  return counts;
}
