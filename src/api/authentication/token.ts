import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a token is allowed to do: a developer acts on its own `dev_id` only, an administrator on all. */
export type Grant = { role: 'admin' } | { role: 'developer'; dev_id: string };

/** A token taken apart. The id finds its record; only the secret proves anything. */
export interface ParsedToken {
  id: string;
  secret: string;
}

const FORMAT = /^berth_([0-9a-f]{12})_([A-Za-z0-9_-]{43})([0-9a-f]{8})$/;

/**
 * Makes a token: `berth_<id>_<secret><checksum>`.
 *
 * The prefix lets secret scanners find a leaked one, the checksum lets them, and us, tell a typing error from a
 * revoked token without a look-up. The secret is 32 random bytes, 256 bits.
 */
export function generateToken(): { id: string; token: string; secretSha256: string } {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  const body = `berth_${id}_${secret}`;
  return { id, token: body + checksum(body), secretSha256: sha256(secret).toString('hex') };
}

/** Takes a token apart, or answers `undefined` where prefix, length or checksum are wrong. */
export function parseToken(token: string): ParsedToken | undefined {
  const [, id, secret, sum] = FORMAT.exec(token) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  return sum === checksum(`berth_${id}_${secret}`) ? { id, secret } : undefined;
}

/** Compares a secret with the SHA-256 (hex) of the right one, in time that does not depend on where they differ. */
export function secretMatches(secret: string, secretSha256: string): boolean {
  const expected = Buffer.from(secretSha256, 'hex');
  const actual = sha256(secret);
  return expected.length === actual.length && timingSafeEqual(actual, expected);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
