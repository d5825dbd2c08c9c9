import { setTimeout as sleep } from 'node:timers/promises';
import type { V1ReplicaSet, V1StatefulSet } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import { buildInOrder } from './build.ts';
import type { Cluster } from './client.ts';
import { ClusterError, isRefusal } from './errors.ts';
import { desiredObjects } from './objects/desired.ts';
import { ANNOTATION } from './ownership.ts';
import { isInForce, quotaOf } from './quota.ts';
import { verifyEnvironment } from './verify.ts';

const POLL_MS = 100;
/** The cluster counts by a changed quota within milliseconds, unless it is busy. */
const COUNTED_WITHIN_POLLS = 10;
const NUDGES = 10;
const KINDS = ['ReplicaSet', 'StatefulSet'];

/**
 * Lets pods start again in an environment that slept: all guards first, as they were asked for and verified, while
 * nothing may run; then the quota; then those who have been waiting for it are told.
 *
 * @throws ClusterError where the namespace is not ours any more, or holds something else than was asked for
 */
export async function rouse(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<void> {
  const { guards } = desiredObjects(namespace.name, specification.recipe, { asleep: true });
  const options = { desired: guards.flat(), signal };
  // Whose the namespace is comes before the first write to it, and what was added to its guards before the first pod.
  await verifyEnvironment(cluster, ownershipKey, namespace, specification, { desired: [], signal });
  const written = await buildInOrder(guards, (object) => cluster.apply(object, signal));
  await verifyEnvironment(cluster, ownershipKey, namespace, specification, { ...options, written });
  await liftQuota(cluster, namespace, specification, signal);
  await nudge(cluster, namespace, signal);
}

async function liftQuota(
  cluster: Cluster,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<void> {
  const quota = quotaOf(namespace, specification, false);
  await cluster.apply(quota, signal);
  for (let polls = 0; polls < COUNTED_WITHIN_POLLS; polls++) {
    if (await isInForce(cluster, quota, signal)) return;
    await sleep(POLL_MS, undefined, { signal });
  }
  throw new ClusterError('The cluster does not count by the quota yet.', { class: 'transient' });
}

/**
 * Controllers that were refused pods try again by themselves, yet after a night only every 17 minutes: a change of the
 * object, be it an annotation, makes them try at once. More than once, where the refusal still stood the first time.
 */
async function nudge(cluster: Cluster, { name: namespace }: Namespace, signal?: AbortSignal): Promise<void> {
  for (let nudges = 0; nudges < NUDGES; nudges++) {
    const waiting = await lackingPods(cluster, namespace, signal);
    if (waiting.length === 0) return;
    await Promise.all(waiting.map((controller) => touch(cluster, controller, signal)));
    await sleep(POLL_MS, undefined, { signal });
  }
}

type Controller = V1ReplicaSet | V1StatefulSet;

async function lackingPods(cluster: Cluster, namespace: string, signal?: AbortSignal): Promise<Controller[]> {
  const found = await Promise.all(
    KINDS.map(async (kind) => {
      const live = await cluster.list<Controller>({ apiVersion: 'apps/v1', kind }, namespace, { signal });
      return live.map((controller) => ({ ...controller, apiVersion: 'apps/v1', kind }));
    }),
  );
  return found.flat().filter(({ spec, status }) => (spec?.replicas ?? 1) > (status?.replicas ?? 0));
}

async function touch(
  cluster: Cluster,
  { apiVersion, kind, metadata }: Controller,
  signal?: AbortSignal,
): Promise<void> {
  const { name = '', namespace = '', uid = '' } = metadata ?? {};
  const annotations = { [ANNOTATION.nudged]: new Date().toISOString() };
  try {
    // With its uid: an apply would else create one that is gone meanwhile.
    await cluster.apply({ apiVersion, kind, metadata: { name, namespace, uid, annotations } } as Controller, signal);
  } catch (error) {
    const isConflict = error instanceof ClusterError && error.class === 'conflict';
    if (!(isConflict || isRefusal(error))) throw error;
  }
}
