import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { generateToken, parseToken } from '../../src/api/authentication/token.ts';
import { issueToken, readTokens, revokeToken, TokenFile } from '../../src/api/authentication/token-file.ts';

const HOUR_MS = 3_600_000;
const developer = { role: 'developer', dev_id: 'ada' } as const;
const admin = { role: 'admin' } as const;
const inAnHour = () => new Date(Date.now() + HOUR_MS);

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tokens-'));
  file = join(directory, 'tokens.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** What the API, which has been running for a while, says to a token now. */
const check = (tokens: TokenFile, token: string, now = new Date()) => tokens.check(token, now);
const idOf = (token: string) => parseToken(token)?.id ?? '';

describe('a token that was issued', () => {
  test.each([developer, admin])('is good for what was granted: %j', async (grant) => {
    const token = await issueToken(file, grant, { expiresAt: inAnHour() });
    expect(await check(new TokenFile(file), token)).toEqual({ grant, id: idOf(token) });
  });

  test('is good at once, without a restart', async () => {
    const tokens = new TokenFile(file);
    expect(await check(tokens, generateToken().token)).toEqual({ refused: 'This token is not known here.' });
    const first = await issueToken(file, developer, { expiresAt: inAnHour() });
    expect(await check(tokens, first)).toHaveProperty('grant');
    const second = await issueToken(file, admin, { expiresAt: inAnHour() });
    expect(await check(tokens, second)).toHaveProperty('grant', admin);
    expect(await check(tokens, first)).toHaveProperty('grant', developer);
  });

  test('is refused from the moment at which it expires', async () => {
    const expiresAt = inAnHour();
    const token = await issueToken(file, developer, { expiresAt });
    const tokens = new TokenFile(file);
    expect(await check(tokens, token, new Date(expiresAt.getTime() - 1))).toHaveProperty('grant');
    const refused = { refused: `This token expired at ${expiresAt.toISOString()}.` };
    expect(await check(tokens, token, expiresAt)).toEqual(refused);
    expect(await check(tokens, token, new Date(expiresAt.getTime() + HOUR_MS))).toEqual(refused);
  });

  test('is refused as soon as it is revoked, without a restart, and no other is', async () => {
    const token = await issueToken(file, developer, { expiresAt: inAnHour() });
    const other = await issueToken(file, developer, { expiresAt: inAnHour() });
    const tokens = new TokenFile(file);
    expect(await check(tokens, token)).toHaveProperty('grant');
    expect(await revokeToken(file, idOf(token), new Date())).toBe(true);
    expect(await check(tokens, token)).toEqual({ refused: 'This token was revoked.' });
    expect(await check(tokens, other)).toHaveProperty('grant');
  });

  test('is refused with the secret of another, however valid both are', async () => {
    const [one, other] = [
      await issueToken(file, developer, { expiresAt: inAnHour() }),
      await issueToken(file, admin, { expiresAt: inAnHour() }),
    ];
    const stored = JSON.parse(await readFile(file, 'utf8'));
    [stored.tokens[0].secret_sha256, stored.tokens[1].secret_sha256] = [
      stored.tokens[1].secret_sha256,
      stored.tokens[0].secret_sha256,
    ];
    await writeFile(file, JSON.stringify(stored));
    for (const token of [one, other]) {
      expect(await check(new TokenFile(file), token)).toEqual({ refused: 'This token is not known here.' });
    }
  });

  test('is told from a typing error, without a look at the file', async () => {
    await writeFile(file, 'damaged');
    expect(await check(new TokenFile(file), 'berth_x')).toEqual({
      refused: 'This is not a Berth token, or a part of it is missing.',
    });
  });

  test('stays revoked since when it was, however often it is revoked', async () => {
    const id = idOf(await issueToken(file, developer, { expiresAt: inAnHour() }));
    await revokeToken(file, id, new Date(1000));
    expect(await revokeToken(file, id, new Date(2000))).toBe(true);
    expect((await readTokens(file))[0]?.revoked_at).toBe('1970-01-01T00:00:01.000Z');
    expect(await revokeToken(file, '000000000000', new Date())).toBe(false);
  });
});

describe('the file of tokens', () => {
  test('holds the SHA-256 of the secret, and neither the token nor the secret', async () => {
    const token = await issueToken(file, developer, { expiresAt: inAnHour(), label: 'laptop' });
    const { secret = '' } = parseToken(token) ?? {};
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain(token);
    expect(text).not.toContain(secret);
    expect(Object.keys(JSON.parse(text).tokens[0]).sort()).toEqual([
      'expires_at',
      'grant',
      'id',
      'label',
      'secret_sha256',
    ]);
  });

  test('can be read by its owner only, also where it could be by others before', async () => {
    const modeOf = async () => (await stat(file)).mode & 0o777;
    await issueToken(file, developer, { expiresAt: inAnHour() });
    expect(await modeOf()).toBe(0o600);
    await chmod(file, 0o644);
    await issueToken(file, developer, { expiresAt: inAnHour() });
    expect(await modeOf()).toBe(0o600);
  });

  test('forgets tokens that expired when another is issued, but not those that were revoked', async () => {
    await issueToken(file, developer, { expiresAt: new Date(Date.now() - 1), label: 'expired' });
    const revoked = await issueToken(file, developer, { expiresAt: inAnHour(), label: 'revoked' });
    await revokeToken(file, idOf(revoked), new Date());
    await issueToken(file, admin, { expiresAt: inAnHour(), label: 'new' });
    expect((await readTokens(file)).map(({ label }) => label)).toEqual(['revoked', 'new']);
  });

  test('may be missing: then there are no tokens', async () => {
    expect(await readTokens(file)).toEqual([]);
    expect(await check(new TokenFile(file), generateToken().token)).toEqual({
      refused: 'This token is not known here.',
    });
  });

  test('that goes missing takes its tokens with it', async () => {
    const token = await issueToken(file, developer, { expiresAt: inAnHour() });
    const tokens = new TokenFile(file);
    expect(await check(tokens, token)).toHaveProperty('grant');
    await rm(file);
    expect(await check(tokens, token)).toHaveProperty('refused');
  });

  test.each([
    ['no JSON', '{"tokens": [ s3cret'],
    ['a field too many', '{"tokens": [], "s3cret": 1}'],
    ['a record that is none', '{"tokens": [{"id": "s3cret"}]}'],
    [
      'a token in clear',
      '{"tokens": [{"id":"a","secret_sha256":"s3cret","grant":{"role":"admin"},"expires_at":"2030-01-01T00:00:00Z"}]}',
    ],
    [
      'an unknown role',
      `{"tokens": [{"id":"a","secret_sha256":"${'0'.repeat(64)}","grant":{"role":"s3cret"},"expires_at":"2030-01-01T00:00:00Z"}]}`,
    ],
  ])('that is damaged lets nobody in, is not written over, and is not quoted: %s', async (_, content) => {
    await writeFile(file, content);
    const complaint = `The token file ${file} is damaged: restore it, or delete it and issue new tokens.`;
    for (const act of [
      () => check(new TokenFile(file), generateToken().token),
      () => issueToken(file, admin, { expiresAt: inAnHour() }),
      () => revokeToken(file, 'a', new Date()),
    ]) {
      const error = await act().then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error?.message).toBe(complaint);
      expect(`${error?.stack} ${error?.cause}`).not.toContain('s3cret');
    }
    expect(await readFile(file, 'utf8')).toBe(content);
  });
});

describe('several who change the file at once', () => {
  test('lose nothing: each token that was issued is there, each revocation too', async () => {
    const first = await issueToken(file, developer, { expiresAt: inAnHour() });
    const issued = await Promise.all([
      ...Array.from({ length: 30 }, () => issueToken(file, developer, { expiresAt: inAnHour() })),
      revokeToken(file, idOf(first), new Date()).then(() => first),
    ]);
    const records = await readTokens(file);
    expect(records.map(({ id }) => id).sort()).toEqual(issued.map(idOf).sort());
    expect(records.find(({ id }) => id === idOf(first))?.revoked_at).toBeDefined();
  });

  test('are never seen half-way: a reader finds whole files', async () => {
    let reading = true;
    const reader = (async () => {
      while (reading) await readTokens(file);
    })();
    for (let round = 0; round < 20; round++) await issueToken(file, developer, { expiresAt: inAnHour() });
    reading = false;
    await expect(reader).resolves.toBeUndefined();
  });

  test('leave nothing beside the file', async () => {
    await Promise.all([1, 2, 3].map(() => issueToken(file, developer, { expiresAt: inAnHour() })));
    expect(await readdir(directory)).toEqual(['tokens.json']);
  });

  test('wait for the one who has the lock', async () => {
    await writeFile(`${file}.lock`, '');
    let issued = false;
    const token = issueToken(file, developer, { expiresAt: inAnHour() }).finally(() => {
      issued = true;
    });
    await sleep(200);
    expect(issued).toBe(false);
    await rm(`${file}.lock`);
    expect(await check(new TokenFile(file), await token)).toHaveProperty('grant');
  });

  test('do not wait for one who was killed, and still lose nothing', async () => {
    await writeFile(`${file}.lock`, '');
    await utimes(`${file}.lock`, 0, 0);
    const issued = await Promise.all(
      Array.from({ length: 10 }, () => issueToken(file, developer, { expiresAt: inAnHour() })),
    );
    expect((await readTokens(file)).map(({ id }) => id).sort()).toEqual(issued.map(idOf).sort());
    expect(await readdir(directory)).toEqual(['tokens.json']);
  });

  test('leave no lock behind where the change fails', async () => {
    await writeFile(file, 'damaged');
    await expect(issueToken(file, developer, { expiresAt: inAnHour() })).rejects.toThrow('damaged');
    expect(await readdir(directory)).toEqual(['tokens.json']);
  });
});
