import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK } from 'jose';

/** Agreed on with the recipient's key itself (RFC 7518, 4.6; RFC 8037 for the curve): there is one recipient, once. */
const AGREEMENT = 'ECDH-ES';
const CURVE = 'X25519';
const CIPHER = 'A256GCM';

/** The public half of a one-time key, as a JSON Web Key. Whoever has it can seal, and cannot unseal. */
export interface SealingKey {
  kty: string;
  crv: string;
  x: string;
}

/** A key for one secret. Its private half never leaves the process that made it, and cannot be taken out of it. */
export interface OneTimeKey {
  sealingKey: SealingKey;
  /** @throws Error where it was sealed to another key, otherwise than {@link seal} does, or was changed since */
  unseal(sealed: string): Promise<string>;
}

/** Makes a key that one secret is to be sealed to, so that it can pass through what others may read. */
export async function makeOneTimeKey(): Promise<OneTimeKey> {
  const { publicKey, privateKey } = await generateKeyPair(AGREEMENT, { crv: CURVE });
  const { kty = '', crv = '', x = '' } = await exportJWK(publicKey);
  return {
    sealingKey: { kty, crv, x },
    unseal: async (sealed) => {
      const only = { keyManagementAlgorithms: [AGREEMENT], contentEncryptionAlgorithms: [CIPHER] };
      const { plaintext } = await compactDecrypt(sealed, privateKey, only);
      return new TextDecoder().decode(plaintext);
    },
  };
}

/** Seals a secret: the compact form of a JSON Web Encryption (RFC 7516). */
export async function seal(secret: string, key: SealingKey): Promise<string> {
  const publicKey = await importJWK({ ...key, alg: AGREEMENT });
  const header = { alg: AGREEMENT, enc: CIPHER };
  return await new CompactEncrypt(new TextEncoder().encode(secret)).setProtectedHeader(header).encrypt(publicKey);
}
