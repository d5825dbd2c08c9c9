import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { generateToken } from '../../src/api/authentication/token.ts';
import { lineWithoutSecrets, withoutSecrets } from '../../src/logging/secrets.ts';

const base64url = (bytes: number) => randomBytes(bytes).toString('base64url');
/** Each kind of secret that passes through Berth: as it is written, and the part that must not be told. */
const SECRETS: Record<string, () => { written: string; secret: string }> = {
  'a token of Berth': () => {
    const { token } = generateToken();
    return { written: token, secret: token.slice('berth_'.length + 13) };
  },
  'a token of a service account': () => {
    const secret = base64url(128);
    return { written: `eyJ${base64url(30)}.${base64url(60)}.${secret}`, secret };
  },
  'a sealed kubeconfig': () => {
    const secret = base64url(128);
    return { written: `eyJ${base64url(30)}..${base64url(12)}.${secret}.${base64url(16)}`, secret };
  },
  'a header of another kind': () => {
    const secret = randomBytes(20).toString('base64');
    return { written: `Authorization: Basic ${secret}`, secret };
  },
  'a private key': () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const written = String(privateKey.export({ format: 'pem', type: 'pkcs8' }));
    return { written, secret: written.split('\n')[1] ?? '' };
  },
  'the key of a kubeconfig': () => {
    const secret = randomBytes(40).toString('base64');
    return { written: `client-key-data: ${secret}`, secret };
  },
  'a secret that goes on in another line': () => {
    const secret = base64url(40);
    return { written: `password="begun\n${secret}"`, secret };
  },
  'what a library calls its secret': () => {
    const secret = base64url(40);
    return { written: `{"clientSecret":"${secret}"}`, secret };
  },
  'the token of a kubeconfig': () => {
    const secret = base64url(40);
    return { written: `token: "${secret}"`, secret };
  },
};

it.each(Object.entries(SECRETS))(
  '%s is cut out of a line, wherever in it it stands and however it is quoted',
  (_, make) => {
    const around = fc.string({ maxLength: 40 }).map((text) => `${text} `);
    fc.assert(
      fc.property(around, around, (before, after) => {
        const { written, secret } = make();
        const text = `${before}${written} ${after}`;
        for (const line of [text, JSON.stringify({ text }), JSON.stringify({ text: JSON.stringify({ text }) })])
          expect(withoutSecrets(line).includes(secret)).toBe(false);
        expect(lineWithoutSecrets(JSON.stringify({ text })).includes(secret)).toBe(false);
      }),
    );
  },
);

it('a line of JSON stays one, whatever it holds, and tells nothing that is called a secret', () => {
  const names = fc.constantFrom('token', 'access_token', 'clientSecret', 'x-api-key', 'password');
  const secrets = fc.jsonValue().filter((value) => value !== null && typeof value !== 'boolean');
  const messages = fc
    .tuple(fc.string(), fc.constantFrom('', 'token:', '"token":\\', 'password="'))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(names, secrets, messages, (name, secret, msg) => {
      const line = JSON.stringify({ msg, error: { [name]: secret }, after: 'all' });
      expect(JSON.parse(lineWithoutSecrets(line))).toEqual({
        msg: expect.any(String),
        error: { [name]: '…' },
        after: 'all',
      });
    }),
  );
});

it('a text in quotes that is called a secret is cut out up to its end, however often it is quoted, and what follows stays', () => {
  const quotable = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('\\', '"', "'", 'a', '\n') }));
  fc.assert(
    fc.property(quotable, fc.nat({ max: 2 }), (secret, depth) => {
      const quoted = (of: string) =>
        Array.from({ length: depth }).reduce<string>((text) => JSON.stringify({ text }), of);
      const line = (of: string) => quoted(JSON.stringify({ token: of, msg: 'all' }));
      expect(withoutSecrets(line(secret))).toBe(line('…'));
    }),
  );
});

it('what something is called by is no place for a secret either', () => {
  const { token } = generateToken();
  const key = randomBytes(32).toString('hex');
  const line = JSON.stringify({ seen: [{ [token]: 1, [key]: 2 }] });

  const { seen } = JSON.parse(lineWithoutSecrets(line, [key]));
  expect(seen).toEqual([{ [`${token.slice(0, 'berth_'.length + 12)}_…`]: 1, '…': 2 }]);
});

it('a secret that looks like anything else is cut out where it is known', () => {
  const key = randomBytes(32).toString('hex');

  expect(withoutSecrets(`the key ${key}, twice: ${key}`, [key])).toBe('the key …, twice: …');
  expect(lineWithoutSecrets(JSON.stringify({ seen: key }), [key])).toBe(`${JSON.stringify({ seen: '…' })}\n`);
});

it('what is no secret stays: ids of tokens and workflows, digests, names', () => {
  const { token } = generateToken();
  const id = token.slice(0, 'berth_'.length + 12);
  const line =
    'environment/user1/token of namespace dev-user1, sha256:01f42367a0a94ad4bc17111776fd66e3500c1d87, token_id abc';

  expect(withoutSecrets(line)).toBe(line);
  expect(withoutSecrets(token)).toBe(`${id}_…`);
});
