import type { V1Deployment, V1Node, V1Pod } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { ClusterError, saysQuotaExceeded } from './errors.ts';

const LAST_LINES = 3;
/** What a terminal would obey instead of showing it. */
const CONTROLS = /\p{Cc}+/gu;
const LONGEST_WORDS = 500;
/**
 * A new quota refuses everything until it is counted for the first time, and one that kept pods from starting in sleep
 * may do so for a moment longer: the deployment tries again by itself.
 */
const PASSING = /status unknown for quota|limited: (?:.*,)?pods=0(?:,|$)/;

/** Whether the workload runs, and what to tell people about it. */
export interface Readiness {
  ready: boolean;
  message?: string;
}

/**
 * Looks once whether every pod of the recipe is available, by the kubelet's own probes: deny-all keeps everyone else out.
 * @throws ClusterError of reason `quota-exceeded` or `rejected-by-cluster` where pods are refused: waiting will not help
 */
export async function observeWorkload(
  cluster: Cluster,
  { name: namespace }: Namespace,
  { recipe }: Specification,
  signal?: AbortSignal,
): Promise<Readiness> {
  const expected = Object.keys(recipe.workload.pods);
  const live = await cluster.list<V1Deployment>({ apiVersion: 'apps/v1', kind: 'Deployment' }, namespace, { signal });
  const byName = new Map(live.map((deployment) => [deployment.metadata?.name, deployment]));
  const waiting = expected.filter((pod) => !isAvailable(byName.get(pod)));
  const pods = await cluster.list<V1Pod>({ apiVersion: 'v1', kind: 'Pod' }, namespace, { signal });
  if (waiting.length > 0)
    return { ready: false, message: [`waiting for ${waiting.join(', ')}`, ...troubles(pods)].join(': ') };
  const simulated = await simulatedNodes(cluster, pods, signal);
  if (simulated.length === 0) return { ready: true };
  return { ready: true, message: `on simulated node ${simulated.join(', ')}: no container runs` };
}

function isAvailable(deployment: V1Deployment | undefined): boolean {
  const { status, spec, metadata } = deployment ?? {};
  const failure = status?.conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  const message = failure?.message ?? 'Its pods cannot be created.';
  if (failure && !PASSING.test(message)) {
    const reason = saysQuotaExceeded(message) ? 'quota-exceeded' : 'rejected-by-cluster';
    throw new ClusterError(message, { class: 'final', reason });
  }
  const current = (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 1);
  return current && (status?.availableReplicas ?? 0) >= (spec?.replicas ?? 1);
}

/** What keeps pods from running, as scheduler and kubelet say: an image that cannot be had, a node too small. */
export function troubles(pods: V1Pod[]): string[] {
  const found = pods.flatMap(({ status }) => [
    ...(status?.conditions ?? []).flatMap((condition) =>
      condition.type === 'PodScheduled' && condition.status === 'False' ? (condition.message ?? []) : [],
    ),
    ...(status?.containerStatuses ?? []).flatMap(({ state, lastState }) => [
      ...(state?.waiting?.message !== undefined ? [state.waiting.message] : []),
      ...lastWords(state?.terminated?.message ?? lastState?.terminated?.message),
    ]),
  ]);
  return [...new Set(found)];
}

/** The last lines of what a container said before it ended, which is why. */
function lastWords(message: string | undefined): string[] {
  const lines = (message ?? '').split('\n').filter((line) => line.trim() !== '');
  return lines.length === 0
    ? []
    : [`it said: ${lines.slice(-LAST_LINES).join(' ').replace(CONTROLS, ' ').slice(0, LONGEST_WORDS)}`];
}

/** The nodes under an environment's pods that only pretend to run them. */
export async function simulatedNodes(cluster: Cluster, pods: V1Pod[], signal?: AbortSignal): Promise<string[]> {
  const names = new Set(pods.flatMap(({ spec }) => spec?.nodeName ?? []));
  const nodes = await Promise.all(
    [...names].map((name) => cluster.read<V1Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name } }, signal)),
  );
  return nodes.flatMap((node) =>
    node?.metadata?.annotations?.['kwok.x-k8s.io/node'] === 'fake' ? (node.metadata.name ?? []) : [],
  );
}
