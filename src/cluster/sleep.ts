import type { V1Pod } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { ClusterError, isRefusal } from './errors.ts';
import { desiredObjects } from './objects/desired.ts';
import { readNamespace } from './own-namespace.ts';
import { isOurs } from './ownership.ts';
import { isInForce, quotaOf } from './quota.ts';

const ENDED = ['Succeeded', 'Failed'];

/**
 * Lets no pod start in a namespace any more, whoever wants it, and asks for none of its own. Everything else stays.
 *
 * @returns whether there is anything to be put to sleep: `false` where the namespace is gone
 * @throws ClusterError, also where the namespace does not bear our mark any more
 */
export async function layDown(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<boolean> {
  const live = await readNamespace(cluster, namespace.name, signal);
  if (live?.metadata?.uid !== namespace.uid) return false;
  if (!isOurs(ownershipKey, live, specification)) {
    const message = `The namespace ${namespace.name} does not bear the mark of this environment any more.`;
    throw new ClusterError(message, { class: 'final' });
  }
  const quota = quotaOf(namespace, specification, true);
  // What could not be woken may sleep on, even where the quota cannot be written.
  if (!(await isInForce(cluster, quota, signal))) await cluster.apply(quota, signal);
  const { workload } = desiredObjects(namespace.name, specification.recipe, { asleep: true });
  const deployments = workload.flat().filter(({ kind }) => kind === 'Deployment');
  await Promise.all(deployments.map((deployment) => cluster.apply(deployment, signal).catch(unlessRefused)));
  return true;
}

/**
 * Ends the pods that still run, in the time that they have to end by themselves, and looks what keeps the environment
 * awake. What has ended by itself stays, with its log.
 *
 * @returns nothing, once the apiserver shows that no pod runs and none may start
 */
export async function stillAwake(
  cluster: Cluster,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<string[]> {
  const maySleep = await isInForce(cluster, quotaOf(namespace, specification, true), signal);
  const pods = await cluster.list<V1Pod>({ apiVersion: 'v1', kind: 'Pod' }, namespace.name, { signal });
  const running = pods.filter(({ status }) => !ENDED.includes(status?.phase ?? ''));
  await Promise.all(running.map((pod) => end(cluster, pod, signal)));
  return [...(maySleep ? [] : ['the quota is not counted yet']), ...running.map(nameOf)];
}

async function end(cluster: Cluster, { metadata }: V1Pod, signal?: AbortSignal): Promise<void> {
  const { name = '', namespace = '', uid = '', deletionTimestamp } = metadata ?? {};
  if (deletionTimestamp !== undefined) return;
  try {
    await cluster.delete({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } }, uid, signal);
  } catch (error) {
    // A new pod bears the name of one that has gone: the next look finds it.
    if (!(error instanceof ClusterError && error.class === 'conflict')) throw error;
  }
}

function nameOf({ metadata }: V1Pod): string {
  const { name, finalizers = [] } = metadata ?? {};
  return `pod ${name}${finalizers.length === 0 ? '' : ` (held by ${finalizers.join(', ')})`}`;
}

/** What developers made of a deployment may not take it; the quota lets none of its pods start all the same. */
function unlessRefused(error: unknown): void {
  if (!isRefusal(error)) throw error;
}
