import { readFileSync } from 'node:fs';
import type { Cluster } from '@kubernetes/client-node';
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

/** What a kubeconfig of ours says: one cluster, one user. */
export interface KubeconfigContent {
  /** What context, cluster and user are called: another name for each, so that kubeconfigs can be used together. */
  readonly name: string;
  readonly cluster: ClusterConnection;
  readonly user: object;
  /** What commands are about that name no namespace. */
  readonly namespace?: string;
}

/** A kubeconfig, as text. */
export function kubeconfig({ name, cluster, user, namespace }: KubeconfigContent): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace !== undefined && { namespace }) } }],
    clusters: [{ name, cluster }],
    users: [{ name, user }],
  });
}

/** How a cluster of a kubeconfig is reached, without who reaches it. */
export function connectionTo({ server, caData, caFile, ...others }: Cluster): ClusterConnection {
  const { tlsServerName, skipTLSVerify, proxyUrl } = others;
  const authority = caData ?? (caFile === undefined ? undefined : readFileSync(caFile).toString('base64'));
  return {
    server,
    ...(authority !== undefined && { 'certificate-authority-data': authority }),
    ...(tlsServerName !== undefined && { 'tls-server-name': tlsServerName }),
    ...(skipTLSVerify === true && { 'insecure-skip-tls-verify': true }),
    ...(proxyUrl !== undefined && { 'proxy-url': proxyUrl }),
  };
}

/** Where developers reach a cluster, as far as that is another way than a worker's. */
export interface Entrance {
  readonly server: string | undefined;
  /** A file with the certificates that the server is trusted by, PEM. */
  readonly caFile: string | undefined;
}

/** How developers reach a cluster: as its worker does, but for what is said otherwise. */
export function entranceTo(own: Cluster, { server, caFile }: Entrance): ClusterConnection {
  const { 'certificate-authority-data': trusted, ...others } = connectionTo(own);
  const authority = caFile === undefined ? trusted : readFileSync(caFile).toString('base64');
  return {
    // What else the worker needs to reach its own server says nothing of another one.
    ...(server === undefined ? others : { server }),
    ...(authority !== undefined && { 'certificate-authority-data': authority }),
  };
}
