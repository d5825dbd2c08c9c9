import type { V1PersistentVolume, V1PersistentVolumeClaim } from '@kubernetes/client-node';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import { namespaceCandidates } from '../environment/names.ts';
import type { Cluster } from './client.ts';
import { ClusterError, isRefusal } from './errors.ts';
import { readNamespace } from './own-namespace.ts';
import { ANNOTATION, wasBornOf } from './ownership.ts';
import { findClaimed } from './slots/claimed.ts';
import { conditionsOf, holdersOf, volumeHeld } from './what-holds.ts';
import { ELSEWHERE, isElsewhere } from './whereabouts.ts';

/**
 * Finds what a life of an environment made or claimed, also where the answer to that was lost. There may be more than one:
 * a step that was begun again after a crash takes the best name that is free by then.
 */
export async function findNamespaces(
  cluster: Cluster,
  ownershipKey: Buffer,
  identity: Identity,
  life: Life,
  signal?: AbortSignal,
): Promise<Namespace[]> {
  const names = namespaceCandidates(identity, life.run);
  const [claimed, ...found] = await Promise.all([
    // From the apiserver's cache: who waits for an answer that was lost looks again and again.
    findClaimed(cluster, ownershipKey, life, { signal, notOlderThan: '0' }),
    ...names.map((name) => readNamespace(cluster, name, signal)),
  ]);
  const made = found.flatMap((namespace) => {
    const { name, uid } = namespace?.metadata ?? {};
    const isOurs = namespace && wasBornOf(ownershipKey, namespace, life, identity);
    return isOurs && name !== undefined && uid !== undefined ? [{ name, uid }] : [];
  });
  // A slot that was prepared by name has one of these names, and bears the marks of both.
  const others = claimed.filter(({ namespace }) => !made.some(({ uid }) => uid === namespace.uid));
  return [...made, ...others.map(({ namespace }) => namespace)];
}

/** The volumes that the cluster will remove with the claims of a namespace: those with the reclaim policy Delete. */
export async function volumesOf(cluster: Cluster, { name, uid }: Namespace, signal?: AbortSignal): Promise<string[]> {
  const kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };
  const claims = await cluster.list<V1PersistentVolumeClaim>(kind, name, { signal });
  // Looked at after its claims: another that has taken its name has volumes of its own.
  if ((await readNamespace(cluster, name, signal))?.metadata?.uid !== uid) return [];
  const volumes = await Promise.all(
    claims.flatMap(({ spec }) => (spec?.volumeName ? [readVolume(cluster, spec.volumeName, signal)] : [])),
  );
  return volumes.flatMap((volume) =>
    volume?.spec?.persistentVolumeReclaimPolicy === 'Delete' ? (volume.metadata?.name ?? []) : [],
  );
}

/** A memo holds it, and people read it. */
const LONGEST = 1500;

/**
 * Goes on with the removal of an environment: asks for the deletion of its namespace where that has not been done, and
 * looks what is left. Deletes the namespace with this uid, never another that bears its name by now.
 *
 * @param byName whether the objects are looked for that hold it: a few more calls
 * @returns what is left, each with what holds it as far as the cluster says; nothing, where nothing is
 */
export async function remove(
  cluster: Cluster,
  namespace: Namespace,
  volumes: string[],
  { byName = false, signal }: { byName?: boolean; signal?: AbortSignal } = {},
): Promise<string[]> {
  const { name, uid } = namespace;
  const live = await readNamespace(cluster, name, signal);
  if (live?.metadata?.uid === uid) {
    if (!live.metadata.deletionTimestamp) {
      if (live.metadata.annotations?.[ANNOTATION.ended] === undefined) await markEnded(cluster, namespace, signal);
      return [told(name, await refusal(cluster, namespace, signal))];
    }
    const holders = byName ? await holdersOf(cluster, live, signal) : [];
    return [told(name, [...holders, ...conditionsOf(live)])];
  }
  if (await isElsewhere(cluster, namespace, signal)) return [`namespace ${name}, which is ${ELSEWHERE}`];
  const left = await Promise.all(volumes.map((volume) => readVolume(cluster, volume, signal)));
  return left.flatMap((volume) => (volume === undefined ? [] : volumeHeld(volume)));
}

function told(name: string, holding: string[]): string {
  const text = [`namespace ${name}`, ...(holding.length > 0 ? [holding.join('; ')] : [])].join(', held by: ');
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

/** Notes that its end was begun: Temporal forgets that, and what stays nevertheless must not pass for lost then. */
async function markEnded(cluster: Cluster, { name, uid }: Namespace, signal?: AbortSignal): Promise<void> {
  const annotations = { [ANNOTATION.ended]: new Date().toISOString() };
  try {
    await cluster.merge({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }, uid, signal);
  } catch (error) {
    // What cannot be marked is to go all the same.
    if (!(error instanceof ClusterError && holdsUp(error))) throw error;
  }
}

/** Asks for the deletion. What refuses it holds the namespace, as a finalizer would: it is named, and asked again. */
async function refusal(cluster: Cluster, { name, uid }: Namespace, signal?: AbortSignal): Promise<string[]> {
  try {
    await cluster.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, uid, signal);
    return [];
  } catch (error) {
    if (error instanceof ClusterError && holdsUp(error)) return [error.message];
    throw error;
  }
}

/** A webhook that cannot be asked refuses as one that says no does, though it may come back by itself. */
function holdsUp(error: ClusterError): boolean {
  const { class: kind, status, message } = error;
  return isRefusal(error) || kind === 'conflict' || (status !== undefined && message.includes('webhook'));
}

function readVolume(cluster: Cluster, name: string, signal?: AbortSignal): Promise<V1PersistentVolume | undefined> {
  return cluster.read<V1PersistentVolume>({ apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name } }, signal);
}
