import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NODE_NAME } from '../node/name.ts';

const users = {
  admin: { user: 'berth-local-admin', group: 'system:masters' },
  kwok: { user: 'berth-local-kwok', group: 'system:masters' },
  controllerManager: { user: 'system:kube-controller-manager', group: 'system:authenticated' },
  scheduler: { user: 'system:kube-scheduler', group: 'system:authenticated' },
  kubelet: { user: `system:node:${NODE_NAME}`, group: 'system:nodes' },
  kubeProxy: { user: 'system:kube-proxy', group: 'system:authenticated' },
  enforcer: { user: 'berth-local-enforcer', group: 'system:authenticated' },
} as const;
/** Who speaks to the embedded apiserver. */
export type UserName = keyof typeof users;

const USER_NAMES = Object.keys(users) as UserName[];
const tokensSchema = z.record(z.enum(USER_NAMES), z.string());

/** Who may speak to the embedded apiserver, and the files that it reads. */
export interface Credentials {
  readonly tokens: Readonly<Record<UserName, string>>;
  readonly directory: string;
  /** Tokens and users in the apiserver's format. */
  readonly tokenFile: string;
  /** Signs the tokens of service accounts. */
  readonly serviceAccountKeyFile: string;
  /** Where the apiserver keeps the certificate that it signs for itself. */
  readonly certificateDirectory: string;
  readonly certificateFile: string;
}

// The apiserver signs itself for a year and never renews by itself.
const CERTIFICATE_LIFETIME_MS = 300 * 24 * 60 * 60 * 1000;

/**
 * Makes the credentials of an embedded control plane, once in the life of its state directory.
 *
 * @param address - where the apiserver listens: its certificate names it
 */
export async function prepareCredentials(directory: string, address: string): Promise<Credentials> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const certificateDirectory = join(directory, 'certificates', address);
  const credentials: Credentials = {
    tokens: readOrMakeTokens(join(directory, 'tokens.json')),
    directory,
    tokenFile: join(directory, 'tokens.csv'),
    serviceAccountKeyFile: join(directory, 'service-account.key'),
    certificateDirectory,
    certificateFile: join(certificateDirectory, 'apiserver.crt'),
  };
  const rows = Object.entries(users).map(
    ([name, { user, group }]) => `${credentials.tokens[name as UserName]},${user},${user},"${group}"`,
  );
  writeFileSync(credentials.tokenFile, `${rows.join('\n')}\n`, { mode: 0o600 });
  if (!existsSync(credentials.serviceAccountKeyFile)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(credentials.serviceAccountKeyFile, pem, { mode: 0o600 });
  }
  if (isOld(credentials.certificateFile)) await rm(certificateDirectory, { recursive: true, force: true });
  return credentials;
}

function readOrMakeTokens(file: string): Record<UserName, string> {
  try {
    return tokensSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    const pairs = USER_NAMES.map((name) => [name, randomBytes(32).toString('base64url')]);
    const tokens = Object.fromEntries(pairs) as Record<UserName, string>;
    writeFileSync(file, JSON.stringify(tokens), { mode: 0o600 });
    return tokens;
  }
}

function isOld(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > CERTIFICATE_LIFETIME_MS;
}
