import { renameSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';

/** How a cluster is reached, in a kubeconfig's own words. */
export interface ClusterConnection {
  readonly server: string;
  /** The certificates that the server is trusted by, PEM in base64; left out where the system's own do. */
  readonly 'certificate-authority-data'?: string;
  readonly 'tls-server-name'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'proxy-url'?: string;
}

/** What a kubeconfig of ours says. */
export interface KubeconfigContent {
  readonly cluster: ClusterConnection;
  /** A token, or a file that holds one and is read again when it changes. */
  readonly user: { readonly token: string } | { readonly tokenFile: string };
}

/** Writes a kubeconfig that only its owner can read. */
export function writeKubeconfig(file: string, { cluster, user }: KubeconfigContent): void {
  const content = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'berth',
    contexts: [{ name: 'berth', context: { cluster: 'berth', user: 'berth' } }],
    clusters: [{ name: 'berth', cluster }],
    users: [{ name: 'berth', user: 'token' in user ? user : withTokenFile(user.tokenFile) }],
  });
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The JavaScript client reads a token file only where an auth provider names it; `tokenFile` is for all others. */
function withTokenFile(tokenFile: string): object {
  return { tokenFile, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
}
