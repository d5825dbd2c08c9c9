import { renameSync, writeFileSync } from 'node:fs';
import { type ClusterConnection, kubeconfig } from '../../cluster/kubeconfig.ts';

/** What a kubeconfig of ours says. */
export interface KubeconfigContent {
  readonly cluster: ClusterConnection;
  /** A token, or a file that holds one and is read again when it changes. */
  readonly user: { readonly token: string } | { readonly tokenFile: string };
}

/** Writes a kubeconfig that only its owner can read. */
export function writeKubeconfig(file: string, { cluster, user }: KubeconfigContent): void {
  const content = { name: 'berth', cluster, user: 'token' in user ? user : withTokenFile(user.tokenFile) };
  writeFileSync(`${file}.new`, kubeconfig(content), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The JavaScript client reads a token file only where an auth provider names it; `tokenFile` is for all others. */
function withTokenFile(tokenFile: string): object {
  return { tokenFile, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
}
