import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateToken, parseToken, secretMatches } from '../../src/api/authentication/token.ts';

/** All characters that a token is made of, and some that a keyboard has beside them. */
const TYPEABLE = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+/=. '];

describe('a token', () => {
  test('is prefix, id, secret and checksum', () => {
    expect(generateToken().token).toMatch(/^berth_[0-9a-f]{12}_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/);
  });

  test('carries 256 random bits, each of them as often one as zero', () => {
    const ones = new Array<number>(256).fill(0);
    const rounds = 2000;
    for (let round = 0; round < rounds; round++) {
      const { secret = '' } = parseToken(generateToken().token) ?? {};
      const bytes = Buffer.from(secret, 'base64url');
      expect(bytes).toHaveLength(32);
      for (let bit = 0; bit < 256; bit++) ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1);
    }
    // 8 standard deviations: a fair bit is outside of them once in 10^15.
    for (const count of ones) expect(Math.abs(count - rounds / 2)).toBeLessThan(8 * Math.sqrt(rounds / 4));
  });

  test('is never made twice, and neither is its id', () => {
    const made = Array.from({ length: 1000 }, generateToken);
    expect(new Set(made.map(({ token }) => token)).size).toBe(1000);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1000);
  });

  test('comes apart into the id that finds its record and the secret that its hash is of', () => {
    const { id, token, secretSha256 } = generateToken();
    const parsed = parseToken(token);
    expect(parsed?.id).toBe(id);
    expect(
      createHash('sha256')
        .update(parsed?.secret ?? '')
        .digest('hex'),
    ).toBe(secretSha256);
    expect(secretMatches(parsed?.secret ?? '', secretSha256)).toBe(true);
  });

  test('with any one character mistyped is seen to be mistyped', () => {
    const { token } = generateToken();
    for (let at = 0; at < token.length; at++) {
      for (const typed of TYPEABLE) {
        if (typed === token[at]) continue;
        expect(parseToken(token.slice(0, at) + typed + token.slice(at + 1)), `${typed} at ${at}`).toBeUndefined();
      }
    }
  });

  test('with a character left out, doubled or exchanged with the next is seen to be mistyped', () => {
    const { token } = generateToken();
    for (let at = 0; at < token.length; at++) {
      const [before, here, next = '', after] = [token.slice(0, at), token[at], token[at + 1], token.slice(at + 2)];
      expect(parseToken(before + next + after), `without ${at}`).toBeUndefined();
      expect(parseToken(before + here + here + next + after), `${at} twice`).toBeUndefined();
      if (here !== next && next !== '')
        expect(parseToken(before + next + here + after), `${at} exchanged`).toBeUndefined();
    }
  });

  test('is nothing that merely looks like one', () => {
    const { token } = generateToken();
    for (const text of [
      '',
      'berth_',
      ` ${token}`,
      `${token}\n`,
      token.toUpperCase(),
      `${token}${token}`,
      'a'.repeat(1e5),
    ]) {
      expect(parseToken(text)).toBeUndefined();
    }
    fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => parseToken(text) === undefined));
  });
});

describe('a secret', () => {
  const { token, secretSha256 } = generateToken();
  const { secret = '' } = parseToken(token) ?? {};

  test('matches its own hash and no other', () => {
    expect(secretMatches(secret, generateToken().secretSha256)).toBe(false);
    expect(secretMatches(secret.slice(1), secretSha256)).toBe(false);
    expect(secretMatches('', secretSha256)).toBe(false);
  });

  test.each(['', 'zz', secretSha256.slice(2), `${secretSha256}00`, secret])(
    'matches no hash that is none: %j',
    (hash) => expect(secretMatches(secret, hash)).toBe(false),
  );
});
