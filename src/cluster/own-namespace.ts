import type { V1Namespace } from '@kubernetes/client-node';
import type { Identity } from '../environment/identity.ts';
import type { Namespace } from '../environment/life.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { isOurs } from './ownership.ts';

/** The namespace of this name, whoever's it is; `undefined` where there is none. */
export function readNamespace(cluster: Cluster, name: string, signal?: AbortSignal): Promise<V1Namespace | undefined> {
  return cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal);
}

/** The namespace of an environment as it is now; `undefined` where it is gone, or another has taken its name. */
export async function readOwn(
  cluster: Cluster,
  ownershipKey: Buffer,
  { name, uid }: Namespace,
  identity: Identity,
  signal?: AbortSignal,
): Promise<V1Namespace | undefined> {
  const live = await readNamespace(cluster, name, signal);
  return live?.metadata?.uid === uid && isOurs(ownershipKey, live, identity) ? live : undefined;
}

/**
 * Makes sure that a namespace still is the environment's.
 * @throws ClusterError where it is gone, or another has taken its name
 */
export async function mustBeOwn(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  identity: Identity,
  signal?: AbortSignal,
): Promise<void> {
  if ((await readOwn(cluster, ownershipKey, namespace, identity, signal)) !== undefined) return;
  const message = `The namespace ${namespace.name} is not that of this environment any more.`;
  throw new ClusterError(message, { class: 'final' });
}
