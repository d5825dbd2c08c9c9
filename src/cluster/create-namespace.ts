import type { V1Namespace } from '@kubernetes/client-node';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import { namespaceCandidates } from '../environment/names.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { ClusterError } from './errors.ts';
import { namespaceObject, type Particular } from './objects/namespace.ts';
import { readNamespace } from './own-namespace.ts';
import { ANNOTATION, birthMark, isOurs, ownerMark, wasBornOf } from './ownership.ts';

/**
 * Creates the namespace of an environment under the first of its names that is free, and marks it as ours.
 *
 * @param options.labels those that it has beside the ones that all have
 * @throws ClusterError of reason `cluster-failed` where every name is taken
 */
export function createNamespace(
  cluster: Cluster,
  ownershipKey: Buffer,
  specification: Specification,
  life: Life,
  { labels, signal }: { labels?: Record<string, string> | undefined; signal?: AbortSignal | undefined } = {},
): Promise<Namespace> {
  const annotations = { [ANNOTATION.specification]: JSON.stringify(specification) };
  return createMarked(cluster, ownershipKey, specification, life, { annotations, ...(labels && { labels }) }, signal);
}

/**
 * The same of any namespace that Berth makes for itself. Called again for the same life, it finds what it made.
 * @param particular what it has beside the marks
 */
export async function createMarked(
  cluster: Cluster,
  ownershipKey: Buffer,
  identity: Identity,
  life: Life,
  particular: Particular,
  signal?: AbortSignal,
): Promise<Namespace> {
  for (const name of namespaceCandidates(identity, life.run)) {
    const annotations = {
      [ANNOTATION.developer]: identity.dev_id,
      [ANNOTATION.project]: identity.project,
      [ANNOTATION.life]: JSON.stringify(life),
      [ANNOTATION.birthMark]: birthMark(ownershipKey, name, life, identity),
      ...particular.annotations,
    };
    const found = await createOrRead(cluster, namespaceObject(name, { ...particular, annotations }), signal);
    const uid = found?.metadata?.uid;
    if (found === undefined || uid === undefined || !wasBornOf(ownershipKey, found, life, identity)) continue;
    // By somebody who was here before, and may have gone on.
    if (isOurs(ownershipKey, found, identity)) return { name, uid };
    const mark = ownerMark(ownershipKey, { name, uid }, identity);
    // Before the first guard, and not beside it: until the apiserver's admission has seen a new namespace, which takes it
    // some milliseconds, it makes every object in it wait for 50.
    const marked = { ...particular, annotations: { ...annotations, [ANNOTATION.ownerMark]: mark } };
    // As it was seen: a slot may be made, offered and claimed by others while a worker is held up here.
    const object = namespaceObject(name, marked, uid);
    const { resourceVersion = '' } = found.metadata ?? {};
    await cluster.apply({ ...object, metadata: { ...object.metadata, resourceVersion } }, signal);
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
