import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeOneTimeKey, seal } from '../../src/environment/sealing.ts';

describe('a sealed secret', () => {
  it('is unsealed as it was, whatever it is', async () => {
    const key = await makeOneTimeKey();

    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 5000 }), async (secret) => {
        expect(await key.unseal(await seal(secret, key.sealingKey))).toBe(secret);
      }),
    );
  });

  it('is unsealed by no other key, its own public half least of all', async () => {
    const [key, other] = [await makeOneTimeKey(), await makeOneTimeKey()];
    const sealed = await seal('secret', key.sealingKey);

    await expect(other.unseal(sealed)).rejects.toThrow();
    expect(Object.keys(key.sealingKey)).toEqual(['kty', 'crv', 'x']);
    expect(other.sealingKey).not.toEqual(key.sealingKey);
  });

  it('is another text each time, and never holds the secret', async () => {
    const { sealingKey } = await makeOneTimeKey();
    const [one, other] = [await seal('secret', sealingKey), await seal('secret', sealingKey)];

    expect(one).not.toBe(other);
    const parts = one.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect([one, ...parts].join()).not.toContain('secret');
  });

  it('is refused where any part of it was changed', async () => {
    const key = await makeOneTimeKey();
    const sealed = await seal('a secret of some length', key.sealingKey);

    for (const [index, part] of sealed.split('.').entries()) {
      const changed = part === '' ? 'AAAA' : (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
      await expect(key.unseal(sealed.split('.').with(index, changed).join('.')), `part ${index}`).rejects.toThrow();
    }
  });

  it('is sealed to keys of its own kind only', async () => {
    const p256 = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU' };

    await expect(seal('secret', p256)).rejects.toThrow();
    await expect(seal('secret', { kty: 'OKP', crv: 'X25519', x: 'short' })).rejects.toThrow();
  });
});
