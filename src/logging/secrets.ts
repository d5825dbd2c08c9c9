/** The words that names of secrets end with. */
const WORDS = 'client-key-data|token|password|secret|api[-_]?key';
const IS_CALLED_SECRET = new RegExp(`(?:${WORDS})$`, 'i');
/** What is found in a line wherever there is anything to be cut out of it: nearly all have none of it. */
const SUSPECT = new RegExp(String.raw`berth_|eyJ|bearer|basic|private key|(?:${WORDS})(?!\w)`, 'i');
/**
 * What is recognised as a secret wherever it stands, with what is shown of it. None of these should ever come near a log:
 * this is for the day on which a library quotes one in an error.
 */
const SECRETS: [RegExp, string][] = [
  // A token's id is no secret: it finds the token.
  [/\b(berth_[0-9a-f]{12})_[\w-]+/g, '$1_…'],
  [/(?<![\w-])eyJ[\w-]+\.[\w-]*\.[\w.-]*/g, 'eyJ…'],
  [/\b(Bearer|Basic) +[^\s"'\\,]+/gi, '$1 …'],
  // Keys are shorter; without an end, the search for one would take as long as the text is, at each beginning.
  [/-----BEGIN ([A-Z ]*PRIVATE KEY)-----.{0,16384}?-----END \1-----/gs, '-----BEGIN $1----- …'],
  // A string up to its end, one that is cut off up to where it may end, and what has no quotes.
  [named(String.raw`(\\*["']?\s*[:=]\s*)(\\*)(["']).*?(?<!\\)(?:\3\3\\\\)*\3\4`), '$1$2$3$4…$3$4'],
  [named(String.raw`(\\*["']?\s*[:=]\s*\\*["'])[^\s"'\\,}]+`), '$1$2…'],
  [named(String.raw`(\s*[:=]\s*)[^\s"'\\,}&]+`), '$1$2…'],
];

/**
 * A text without what looks like a secret.
 * @param known secrets of this process that look like anything else
 */
export function withoutSecrets(text: string, known: readonly string[] = []): string {
  const unknown = SECRETS.reduce((told, [pattern, shown]) => told.replace(pattern, shown), text);
  return known.reduce((told, secret) => told.replaceAll(secret, '…'), unknown);
}

/**
 * A line of JSON without what looks like a secret, and without what is called one. It is read, not searched: whatever it
 * holds, it stays a line of JSON.
 * @param known secrets of this process that look like anything else, and that JSON has as they are
 */
export function lineWithoutSecrets(line: string, known: readonly string[] = []): string {
  if (!SUSPECT.test(line) && !known.some((secret) => line.includes(secret))) return line;
  const told = JSON.parse(line, (name, value: unknown) => {
    if (typeof value === 'boolean' || value === null) return value;
    if (IS_CALLED_SECRET.test(name)) return '…';
    if (typeof value === 'string') return withoutSecrets(value, known);
    if (typeof value !== 'object' || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, of]) => [withoutSecrets(name, known), of]));
  });
  return `${JSON.stringify(told)}\n`;
}

/** What follows a word by which secrets are called. */
function named(what: string): RegExp {
  return new RegExp(`(${WORDS})${what}`, 'gis');
}
