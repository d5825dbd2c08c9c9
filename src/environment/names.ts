import { createHash } from 'node:crypto';
import type { Identity } from './identity.ts';

/** A label as RFC 1123 has it: at most 63 of `a–z`, `0–9` and `-`, with a letter or digit at both ends. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const PREFIX = 'dev-';
const HASH_LENGTH = 13;
const SLUG_LENGTH = 63 - PREFIX.length - 1 - HASH_LENGTH;
/** A hashed name is taken only where somebody guessed it or 65 bits collided: a few tries are plenty. */
const HASHED_CANDIDATES = 3;

/**
 * The names that an environment may get, best first. Which one it gets is for the cluster's create to decide.
 *
 * First `dev-<dev_id>` where that is a valid label; then `dev-<slug>-<hash>`, the hash being over the pair and the run,
 * so that neither another pair nor another life of the same pair is led to the same name.
 *
 * @param run what tells one life of the environment from the next
 */
export function namespaceCandidates(identity: Identity, run: string): string[] {
  const preferred = `${PREFIX}${identity.dev_id}`;
  const slug = slugOf(identity.dev_id);
  const hashed = Array.from(
    { length: HASHED_CANDIDATES },
    (_, attempt) => `${PREFIX}${slug}-${hash([identity.dev_id, identity.project, run, attempt])}`,
  );
  return LABEL.test(preferred) ? [preferred, ...hashed] : hashed;
}

function slugOf(devId: string): string {
  return devId
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_LENGTH)
    .replace(/-$/, '');
}

/** 65 bits of SHA-256 in base 32; JSON keeps the parts apart, so that `a`+`bc` is not `ab`+`c`. */
function hash(parts: readonly (string | number)[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return BigInt(`0x${digest}`).toString(32).slice(-HASH_LENGTH);
}
