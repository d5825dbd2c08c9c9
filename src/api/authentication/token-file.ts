import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { whileLocked } from './file-lock.ts';
import { type Grant, generateToken, parseToken, secretMatches } from './token.ts';

const tokenRecord = z.strictObject({
  id: z.string(),
  secret_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  grant: z.discriminatedUnion('role', [
    z.strictObject({ role: z.literal('admin') }),
    z.strictObject({ role: z.literal('developer'), dev_id: z.string() }),
  ]),
  label: z.string().optional(),
  expires_at: z.iso.datetime(),
  revoked_at: z.iso.datetime().optional(),
});
const tokenFile = z.strictObject({ tokens: z.array(tokenRecord) });

/** What is kept of a token: never the token itself. */
export type TokenRecord = z.infer<typeof tokenRecord>;

/** Why a token was refused, in words for the person who sent it. */
export type Verdict = { grant: Grant; id: string } | { refused: string };

/**
 * The tokens of an installation, read from a file that holds only the SHA-256 of their secrets.
 *
 * The file is read again when it changes, so that issuing and revoking take effect at once, without a restart.
 */
export class TokenFile {
  readonly #path: string;
  #version = '';
  #byId: ReadonlyMap<string, TokenRecord> = new Map();

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws Error when the file is damaged; a missing file is an installation without tokens. */
  async check(token: string, now: Date): Promise<Verdict> {
    const parsed = parseToken(token);
    if (parsed === undefined) return { refused: 'This is not a Berth token, or a part of it is missing.' };
    await this.#refresh();
    const record = this.#byId.get(parsed.id);
    if (record === undefined || !secretMatches(parsed.secret, record.secret_sha256)) {
      return { refused: 'This token is not known here.' };
    }
    if (record.revoked_at !== undefined) return { refused: 'This token was revoked.' };
    if (new Date(record.expires_at) <= now) return { refused: `This token expired at ${record.expires_at}.` };
    return { grant: record.grant, id: record.id };
  }

  async #refresh(): Promise<void> {
    const stats = await stat(this.#path, { bigint: true }).catch(absent);
    const version = stats ? `${stats.ino}-${stats.mtimeNs}-${stats.size}` : 'none';
    if (version === this.#version) return;
    this.#byId = new Map((await readTokens(this.#path)).map((record) => [record.id, record]));
    this.#version = version;
  }
}

/**
 * Issues a token and returns it: the only moment at which it can be seen.
 * Records of tokens that expired before are dropped on the way.
 */
export async function issueToken(
  path: string,
  grant: Grant,
  options: { expiresAt: Date; label?: string },
): Promise<string> {
  const { id, token, secretSha256 } = generateToken();
  const { expiresAt, label } = options;
  const record: TokenRecord = { id, secret_sha256: secretSha256, grant, expires_at: expiresAt.toISOString() };
  if (label !== undefined) record.label = label;
  await whileLocked(path, async () => {
    const now = new Date();
    const current = (await readTokens(path)).filter((other) => new Date(other.expires_at) > now);
    await writeTokens(path, [...current, record]);
  });
  return token;
}

/** Revokes a token by its id. @returns whether there was such a token. */
export function revokeToken(path: string, id: string, now: Date): Promise<boolean> {
  return whileLocked(path, async () => {
    const records = await readTokens(path);
    const record = records.find((candidate) => candidate.id === id);
    if (record === undefined) return false;
    record.revoked_at ??= now.toISOString();
    await writeTokens(path, records);
    return true;
  });
}

/** All records of the file, expired and revoked ones too. */
export async function readTokens(path: string): Promise<TokenRecord[]> {
  const text = await readFile(path, 'utf8').catch(absent);
  if (text === undefined) return [];
  try {
    return tokenFile.parse(JSON.parse(text)).tokens;
  } catch {
    // The parser's own message would quote the content.
    throw new Error(`The token file ${path} is damaged: restore it, or delete it and issue new tokens.`);
  }
}

/** Replaced as a whole, so that a reader never sees half a file. */
async function writeTokens(path: string, tokens: TokenRecord[]): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  try {
    await writeFile(temporary, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: 0o600 });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
