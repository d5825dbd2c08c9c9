import type { V1Namespace } from '@kubernetes/client-node';
import type { Life, Namespace } from '../environment/life.ts';
import { namespaceCandidates } from '../environment/names.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { type Desired, desiredObjects } from './objects/desired.ts';
import { namespaceObject } from './objects/namespace.ts';
import { readNamespace, readOwn } from './own-namespace.ts';
import { ANNOTATION, birthMark, ownerMark, wasBornOf } from './ownership.ts';

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
 * Builds a part of an environment in its namespace, group after group: of the guards deny-all comes before all others,
 * of the workload what pods need before the pods. Objects are written by the namespace's name, which may have become
 * another's between two tries of a step: so whose it is comes first.
 *
 * @throws ClusterError, also where the namespace is not ours any more
 */
export async function build(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  part: keyof Desired,
  signal?: AbortSignal,
): Promise<void> {
  if ((await readOwn(cluster, ownershipKey, namespace, specification, signal)) === undefined) {
    const message = `The namespace ${namespace.name} is not that of this environment any more.`;
    throw new ClusterError(message, { class: 'final' });
  }
  for (const group of desiredObjects(namespace.name, specification.recipe)[part]) {
    await Promise.all(group.map((object) => cluster.ensure(object, signal)));
  }
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
  return await readNamespace(cluster, object.metadata?.name ?? '', signal);
}
