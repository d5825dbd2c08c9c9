import type { Namespace } from '../environment/life.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { readNamespace } from './own-namespace.ts';

/** Every cluster has it from its first moment to its last: its uid tells one cluster from another. */
const EVER_THERE = 'kube-system';

/** What says of namespaces on which cluster they are. Which one that is, is asked once. */
export function locator(cluster: Cluster): (namespace: Namespace, signal?: AbortSignal) => Promise<Namespace> {
  let known: string | undefined;
  return async (namespace, signal) => {
    known ??= await clusterUid(cluster, signal);
    return { ...namespace, cluster: known };
  };
}

/** Whether a namespace is on another cluster than this one, where that it is not found says nothing. */
export async function isElsewhere(
  cluster: Cluster,
  { cluster: own }: Namespace,
  signal?: AbortSignal,
): Promise<boolean> {
  return own !== undefined && own !== (await clusterUid(cluster, signal));
}

/**
 * Makes sure that what is not found is gone.
 * @throws ClusterError where it is on another cluster
 */
export async function mustNotBeElsewhere(cluster: Cluster, namespace: Namespace, signal?: AbortSignal): Promise<void> {
  if (await isElsewhere(cluster, namespace, signal))
    throw new ClusterError(`Namespace ${namespace.name} is ${ELSEWHERE}.`, { class: 'transient' });
}

/** For people: what is wrong, and what to do. */
export const ELSEWHERE = 'on another cluster than the worker reaches: see to the context of its kubeconfig';

async function clusterUid(cluster: Cluster, signal?: AbortSignal): Promise<string> {
  const uid = (await readNamespace(cluster, EVER_THERE, signal))?.metadata?.uid;
  if (uid !== undefined) return uid;
  throw new ClusterError(`The cluster has no namespace ${EVER_THERE}, by which it is known.`, { class: 'transient' });
}
