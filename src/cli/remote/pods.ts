import type { KubeConfig, V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../../cluster/client.ts';
import { ClusterError } from '../../cluster/errors.ts';
import { POD_LABEL } from '../../cluster/objects/labels.ts';
import { withCluster } from '../../cluster/with-cluster.ts';
import { Failure } from '../command.ts';

/** Where a command runs or a port is. */
export interface Target {
  pod: string;
  container: string;
}

/**
 * Finds a pod of a namespace that runs.
 * @param wanted its own name, or that in the template; without it, the first
 * @throws Failure where there is none
 */
export function findPod(kubeConfig: KubeConfig, namespace: string, wanted: string): Promise<Target> {
  return lookUp(kubeConfig, async (cluster) =>
    choose(await cluster.list<V1Pod>({ apiVersion: 'v1', kind: 'Pod' }, namespace), wanted),
  );
}

/**
 * Of all pods the one that is wanted, and that runs.
 * @throws Failure where there is none
 */
export function choose(pods: readonly V1Pod[], wanted: string): Target {
  const byName = pods.toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)));
  const meant = byName.filter((pod) => wanted === '' || nameOf(pod) === wanted || nameInTemplate(pod) === wanted);
  const running = meant.filter(({ status, metadata }) => status?.phase === 'Running' && !metadata?.deletionTimestamp);
  const pod = running.find(isReady) ?? running[0];
  const container = pod?.spec?.containers[0]?.name;
  if (pod !== undefined && container !== undefined) return { pod: nameOf(pod), container };
  if (pods.length === 0) throw new Failure('The environment has no pods: its template has none, or they were removed.');
  if (meant.length === 0)
    throw new Failure(`There is no pod '${wanted}'. There are: ${byName.map(nameOf).join(', ')}.`);
  const states = meant.map((other) => `${nameOf(other)} is ${other.status?.phase ?? 'unknown'}`);
  throw new Failure(`No such pod runs: ${states.join(', ')}. Try again when it does.`);
}

/** Looks something up in the cluster. @throws Failure where that cannot be done */
export async function lookUp<T>(kubeConfig: KubeConfig, look: (cluster: Cluster) => Promise<T>): Promise<T> {
  try {
    return await withCluster(kubeConfig, {}, look);
  } catch (error) {
    throw error instanceof ClusterError ? new Failure(error.message) : error;
  }
}

function nameOf({ metadata }: V1Pod): string {
  return metadata?.name ?? '';
}

function nameInTemplate({ metadata }: V1Pod): string | undefined {
  return metadata?.labels?.[POD_LABEL];
}

function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
