import type { KubernetesObject, V1Namespace } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { firstDifference } from './difference.ts';
import { ClusterError } from './errors.ts';
import { type DesiredObject, desiredObjects } from './objects/desired.ts';
import { namespaceObject } from './objects/namespace.ts';
import { isOurs } from './ownership.ts';

/** Of these one more than desired would open what the others close: they add up. */
const ADDITIVE = new Set(['NetworkPolicy', 'RoleBinding']);

/**
 * Checks what was asked for against what the apiserver now answers: the namespace is ours and restricted, every
 * object is there as specified, and nothing was added that widens network or rights.
 *
 * @throws ClusterError of reason `rejected-by-cluster` that names every difference
 */
export async function verifyEnvironment(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<void> {
  const { guards, workload } = desiredObjects(namespace.name, specification.recipe);
  const byKind = Map.groupBy([...guards, ...workload].flat(), ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  const faults = await Promise.all([
    namespaceFaults(cluster, ownershipKey, namespace, specification, signal),
    ...[...byKind.values()].map(async (desired) => {
      const [{ apiVersion, kind }] = desired as [DesiredObject];
      return kindFaults(kind, desired, await cluster.list({ apiVersion, kind }, namespace.name, signal));
    }),
  ]);
  const all = faults.flat();
  if (all.length === 0) return;
  throw new ClusterError(`The cluster holds something else than was asked for: ${all.join('; ')}.`, {
    class: 'final',
    reason: 'rejected-by-cluster',
  });
}

async function namespaceFaults(
  cluster: Cluster,
  ownershipKey: Buffer,
  { name, uid }: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<string[]> {
  const live = await cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal);
  if (live?.metadata?.uid !== uid || !isOurs(ownershipKey, live, specification)) {
    return [`namespace ${name} is not the one that was made for this environment`];
  }
  if (live.metadata.deletionTimestamp !== undefined) return [`namespace ${name} is being deleted`];
  const difference = firstDifference(namespaceObject(name, {}).metadata?.labels, live.metadata.labels);
  return difference === undefined ? [] : [`namespace ${name} differs in label ${difference}`];
}

/** What of one kind is missing, different, or too much. */
export function kindFaults(kind: string, desired: DesiredObject[], live: KubernetesObject[]): string[] {
  const liveByName = new Map(live.map((object) => [object.metadata?.name, object]));
  const faults = desired.flatMap(({ apiVersion: _, kind: __, metadata, ...content }) => {
    const actual = liveByName.get(metadata.name);
    liveByName.delete(metadata.name);
    if (actual === undefined) return [`${kind} ${metadata.name} is missing`];
    const difference = firstDifference(content, actual);
    return difference === undefined ? [] : [`${kind} ${metadata.name} differs in ${difference}`];
  });
  if (!ADDITIVE.has(kind)) return faults;
  return [...faults, ...[...liveByName.keys()].map((name) => `${kind} ${name} was not asked for`)];
}
