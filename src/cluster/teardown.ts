import type { V1Namespace, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import { namespaceCandidates } from '../environment/names.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { wasBornOf } from './ownership.ts';

/** Finds the namespace that a life of an environment made, also where the answer to its create was lost. */
export async function findNamespace(
  cluster: Cluster,
  ownershipKey: Buffer,
  identity: Identity,
  life: Life,
  signal?: AbortSignal,
): Promise<Namespace | undefined> {
  for (const name of namespaceCandidates(identity, life.run)) {
    const found = await readNamespace(cluster, name, signal);
    const uid = found?.metadata?.uid;
    if (found && uid !== undefined && wasBornOf(ownershipKey, found, life, identity)) return { name, uid };
  }
  return undefined;
}

/**
 * Begins the deletion of a namespace: of the one with this uid, never of another that bears its name by now.
 * @returns the names of the volumes that have to go with it
 */
export async function deleteNamespace(cluster: Cluster, namespace: Namespace, signal?: AbortSignal): Promise<string[]> {
  const { name, uid } = namespace;
  const before = await volumesOf(cluster, name, signal);
  try {
    await cluster.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, uid, signal);
  } catch (error) {
    // Another namespace has the name: ours is gone.
    if (error instanceof ClusterError && error.class === 'conflict' && (await isGone(cluster, namespace, signal)))
      return [];
    throw error;
  }
  // A claim may have been bound between the two; once the deletion has begun, none is bound any more.
  const after = await volumesOf(cluster, name, signal);
  return [...new Set([...before, ...after])];
}

/** What is left of an environment, each with what holds it as far as the cluster says. Empty: nothing is left. */
export async function remains(
  cluster: Cluster,
  { name, uid }: Namespace,
  volumes: string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const namespace = await readNamespace(cluster, name, signal);
  if (namespace?.metadata?.uid === uid) {
    const holding = namespace.status?.conditions?.filter(({ status }) => status === 'True') ?? [];
    const reasons = holding.map(({ message }) => message ?? '').filter((message) => message !== '');
    return [[`namespace ${name}`, ...reasons].join(': ')];
  }
  const left = await Promise.all(
    volumes.map((volume) =>
      cluster.read({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volume } }, signal),
    ),
  );
  return volumes.filter((_, index) => left[index] !== undefined).map((volume) => `volume ${volume}`);
}

async function isGone(cluster: Cluster, { name, uid }: Namespace, signal?: AbortSignal): Promise<boolean> {
  return (await readNamespace(cluster, name, signal))?.metadata?.uid !== uid;
}

function readNamespace(cluster: Cluster, name: string, signal?: AbortSignal): Promise<V1Namespace | undefined> {
  return cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal);
}

async function volumesOf(cluster: Cluster, namespace: string, signal?: AbortSignal): Promise<string[]> {
  const claims = await cluster.list<V1PersistentVolumeClaim>(
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
    namespace,
    signal,
  );
  return claims.flatMap(({ spec }) => spec?.volumeName ?? []);
}
