import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import { buildInOrder } from './build.ts';
import type { Cluster } from './client.ts';
import { createNamespace } from './create-namespace.ts';
import { isMadeByCluster } from './objects/access.ts';
import { type DesiredObject, desiredObjects } from './objects/desired.ts';
import { verifyEnvironment } from './verify.ts';

/**
 * Creates the namespace of an environment with its guards, deny-all before all others, and checks them by what the
 * apiserver answers to each write. Called again after a crash or a lost answer it goes on from what it finds.
 *
 * @param options.labels what its namespace bears beside the labels of all
 * @throws ClusterError where every name is taken, a guard is refused, or the cluster holds something else
 */
export async function isolate(
  cluster: Cluster,
  ownershipKey: Buffer,
  specification: Specification,
  life: Life,
  { labels, signal }: { labels?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Namespace> {
  const namespace = await createNamespace(cluster, ownershipKey, specification, life, { labels, signal });
  const { guards } = desiredObjects(namespace.name, specification.recipe);
  const written = await buildInOrder(guards, (object) => writeGuard(cluster, object, signal));
  await verifyEnvironment(cluster, ownershipKey, namespace, specification, { desired: guards.flat(), written, signal });
  return namespace;
}

/** What the cluster makes by itself is most likely there before us: a create would only be refused. */
export function writeGuard(cluster: Cluster, object: DesiredObject, signal?: AbortSignal): Promise<DesiredObject> {
  return isMadeByCluster(object) ? cluster.apply(object, signal) : cluster.ensure(object, signal);
}
