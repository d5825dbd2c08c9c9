import { generateKeyPairSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { generateToken } from '../../src/api/authentication/token.ts';
import { withoutSecrets } from '../../src/logging/secrets.ts';

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
      }),
    );
  },
);

it('a line of JSON stays one, whatever its secrets are, and tells none that is a text', () => {
  const names = fc.constantFrom('token', 'access_token', 'client_secret', 'x-api-key', 'password');
  // A backslash at the end of a text cannot be told from one that keeps it open.
  const texts = fc.string({ minLength: 8 }).filter((text) => !text.endsWith('\\'));
  fc.assert(
    fc.property(names, fc.oneof(texts, fc.jsonValue()), fc.string(), (name, secret, after) => {
      const told = JSON.parse(withoutSecrets(JSON.stringify({ [name]: secret, msg: after })));
      if (typeof secret === 'string' && secret.length >= 8) expect(told[name]).toBe('…');
    }),
  );
});

it('a secret that looks like anything else is cut out where it is known', () => {
  const key = randomBytes(32).toString('hex');

  expect(withoutSecrets(`the key ${key}, twice: ${key}`, [key])).toBe('the key …, twice: …');
});

it('what is no secret stays: ids of tokens and workflows, digests, names', () => {
  const { token } = generateToken();
  const id = token.slice(0, 'berth_'.length + 12);
  const line =
    'environment/user1/token of namespace dev-user1, sha256:01f42367a0a94ad4bc17111776fd66e3500c1d87, token_id abc';

  expect(withoutSecrets(line)).toBe(line);
  expect(withoutSecrets(token)).toBe(`${id}_…`);
});
