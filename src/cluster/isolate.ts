import type { V1Namespace } from '@kubernetes/client-node';
import type { Life, Namespace } from '../environment/life.ts';
import { namespaceCandidates } from '../environment/names.ts';
import type { Specification } from '../environment/request.ts';
import { buildInOrder } from './build.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { isMadeByCluster } from './objects/access.ts';
import { type DesiredObject, desiredObjects } from './objects/desired.ts';
import { namespaceObject } from './objects/namespace.ts';
import { readNamespace } from './own-namespace.ts';
import { ANNOTATION, birthMark, ownerMark, wasBornOf } from './ownership.ts';
import { verifyEnvironment } from './verify.ts';

/**
 * Creates the namespace of an environment with its guards, deny-all before all others, and checks them by what the
 * apiserver answers to each write. Called again after a crash or a lost answer it goes on from what it finds.
 *
 * @throws ClusterError where every name is taken, a guard is refused, or the cluster holds something else
 */
export async function isolate(
  cluster: Cluster,
  ownershipKey: Buffer,
  specification: Specification,
  life: Life,
  signal?: AbortSignal,
): Promise<Namespace> {
  const namespace = await createNamespace(cluster, ownershipKey, specification, life, signal);
  const { guards } = desiredObjects(namespace.name, specification.recipe);
  const written = await buildInOrder(guards, (object) => writeGuard(cluster, object, signal));
  await verifyEnvironment(cluster, ownershipKey, namespace, specification, { desired: guards.flat(), written, signal });
  return namespace;
}

/** What the cluster makes by itself is most likely there before us: a create would only be refused. */
export function writeGuard(cluster: Cluster, object: DesiredObject, signal?: AbortSignal): Promise<DesiredObject> {
  return isMadeByCluster(object) ? cluster.apply(object, signal) : cluster.ensure(object, signal);
}

/**
 * Creates the namespace of an environment under the first of its names that is free, and marks it as ours.
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
    // Before the first guard, and not beside it: until the apiserver's admission has seen a new namespace, which takes it
    // some milliseconds, it makes every object in it wait for 50.
    await cluster.apply(namespaceObject(name, { ...annotations, [ANNOTATION.ownerMark]: mark }, uid), signal);
    return { name, uid };
  }
  throw new ClusterError('Every name that this environment could have is taken by a namespace that is not its own.', {
    class: 'final',
  });
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
