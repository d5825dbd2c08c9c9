import type { V1Namespace } from '@kubernetes/client-node';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import { namespaceCandidates } from '../environment/names.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { type DesiredObject, desiredObjects } from './objects/desired.ts';
import { namespaceObject } from './objects/namespace.ts';
import { ANNOTATION, birthMark, isOurs, ownerMark, wasBornOf } from './ownership.ts';

/**
 * Creates the namespace of an environment under the first of its names that is free, and marks it as ours.
 * Called again after a lost answer it finds what it made and goes on from there.
 *
 * @throws ClusterError of reason `cluster-failed` where every name is taken
 */
export async function createNamespace(
  cluster: Cluster,
  ownershipKey: Buffer,
  specification: Specification,
  life: Life,
  signal?: AbortSignal,
): Promise<Namespace> {
  for (const name of namespaceCandidates(specification, life.run)) {
    const annotations = {
      [ANNOTATION.developer]: specification.dev_id,
      [ANNOTATION.project]: specification.project,
      [ANNOTATION.birthMark]: birthMark(ownershipKey, name, life, specification),
      [ANNOTATION.specification]: JSON.stringify(specification),
    };
    const found = await createOrRead(cluster, namespaceObject(name, annotations), signal);
    const uid = found?.metadata?.uid;
    if (found === undefined || uid === undefined || !wasBornOf(ownershipKey, found, life, specification)) continue;
    const mark = ownerMark(ownershipKey, { name, uid }, specification);
    await cluster.apply(namespaceObject(name, { ...annotations, [ANNOTATION.ownerMark]: mark }, uid), signal);
    return { name, uid };
  }
  throw new ClusterError('Every name that this environment could have is taken by a namespace that is not its own.', {
    class: 'final',
  });
}

/**
 * Puts the guards in place: deny-all before all others, which then go side by side.
 * @throws ClusterError, also where the namespace is not ours any more
 */
export async function applyGuards(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<void> {
  await mustBeOurs(cluster, ownershipKey, namespace, specification, signal);
  const { guards } = desiredObjects(namespace.name, specification.recipe);
  for (const group of guards) await applyTogether(cluster, group, signal);
}

/**
 * Starts the workload: what pods need, then the pods and their services.
 * @throws ClusterError, also where the namespace is not ours any more
 */
export async function applyWorkload(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<void> {
  await mustBeOurs(cluster, ownershipKey, namespace, specification, signal);
  const { workload } = desiredObjects(namespace.name, specification.recipe);
  for (const group of workload) await applyTogether(cluster, group, signal);
}

/** Objects are written by the namespace's name: between two tries of a step it may have become another's. */
async function mustBeOurs(
  cluster: Cluster,
  ownershipKey: Buffer,
  { name, uid }: Namespace,
  identity: Identity,
  signal?: AbortSignal,
): Promise<void> {
  const live = await cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal);
  if (live?.metadata?.uid === uid && isOurs(ownershipKey, live, identity)) return;
  throw new ClusterError(`The namespace ${name} is not that of this environment any more.`, { class: 'final' });
}

/** @returns the namespace of this name: the one just created, or the one that was there before */
async function createOrRead(
  cluster: Cluster,
  object: V1Namespace,
  signal?: AbortSignal,
): Promise<V1Namespace | undefined> {
  try {
    return await cluster.create(object, signal);
  } catch (error) {
    if (!(error instanceof ClusterError && error.class === 'conflict')) throw error;
  }
  const name = object.metadata?.name ?? '';
  return await cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, signal);
}

async function applyTogether(cluster: Cluster, objects: DesiredObject[], signal?: AbortSignal): Promise<void> {
  await Promise.all(objects.map((object) => cluster.ensure(object, signal)));
}
