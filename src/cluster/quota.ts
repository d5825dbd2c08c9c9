import type { V1ResourceQuota } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { firstDifference } from './difference.ts';
import { desiredObjects } from './objects/desired.ts';

/** The quota of an environment that sleeps, or is awake: all that decides whether pods may start in it. */
export function quotaOf({ name }: Namespace, { recipe }: Specification, asleep: boolean): V1ResourceQuota {
  const quota = desiredObjects(name, recipe, { asleep })
    .guards.flat()
    .find(({ kind }) => kind === 'ResourceQuota');
  if (quota === undefined) throw new Error('An environment has a quota.');
  return quota;
}

/** Whether a quota is in force: it is written, and from then on not before the cluster has counted by it. */
export async function isInForce(cluster: Cluster, quota: V1ResourceQuota, signal?: AbortSignal): Promise<boolean> {
  const { name, namespace = '' } = quota.metadata ?? {};
  const live = await cluster.list<V1ResourceQuota>({ apiVersion: 'v1', kind: 'ResourceQuota' }, namespace, { signal });
  const { spec, status } = live.find(({ metadata }) => metadata?.name === name) ?? {};
  const wanted = { spec: { hard: quota.spec?.hard } };
  return [spec?.hard, status?.hard].every((hard) => firstDifference(wanted, { spec: { hard } }) === undefined);
}
