import type { Identity } from '../environment/identity.ts';
import type { Namespace } from '../environment/life.ts';
import type { Cluster } from './client.ts';
import { type ClusterConnection, kubeconfig } from './kubeconfig.ts';
import { DEVELOPER_ACCOUNT } from './objects/access.ts';
import { mustBeOwn } from './own-namespace.ts';

/** A developer's credentials for one environment. The kubeconfig is a secret: it holds a token. */
export interface Access {
  kubeconfig: string;
  expiresAt: Date;
}

/**
 * Mints a developer's credentials for one environment: a token of its developer's account, which the cluster accepts
 * until it expires or the namespace is gone, whichever comes first.
 *
 * @param entrance how developers reach the cluster
 * @throws ClusterError, also where the namespace is not ours any more
 */
export async function mintAccess(
  cluster: Cluster,
  ownershipKey: Buffer,
  entrance: ClusterConnection,
  namespace: Namespace,
  identity: Identity,
  seconds: number,
  signal?: AbortSignal,
): Promise<Access> {
  const { name } = namespace;
  await mustBeOwn(cluster, ownershipKey, namespace, identity, signal);
  const { token, expiresAt } = await cluster.mintToken(DEVELOPER_ACCOUNT, name, seconds, signal);
  return { kubeconfig: kubeconfig({ name, cluster: entrance, user: { token }, namespace: name }), expiresAt };
}
