import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { quantityValue } from '../environment/quantity.ts';
import type { Recipe } from '../environment/recipe.ts';

/** What pods take of a node, in the thousandths of {@link quantityValue}. */
export interface Amounts {
  cpu: bigint;
  memory: bigint;
  pods: bigint;
}

const ONE = 1000n;
const NOTHING: Amounts = { cpu: 0n, memory: 0n, pods: 0n };
/** Taints by which nodes take no pod of an environment. */
const REPELLING = ['NoSchedule', 'NoExecute'];

/**
 * How many environments that need so much find a node. All pods of one are counted on the same node, and those that have
 * no node yet as one environment each: rather too few are found than too many.
 */
export function fitting(nodes: readonly V1Node[], pods: readonly V1Pod[], need: Amounts): number {
  const alive = pods.filter(({ status }) => !['Succeeded', 'Failed'].includes(status?.phase ?? ''));
  const byNode = Map.groupBy(alive, ({ spec }) => spec?.nodeName ?? '');
  const fits = nodes.filter(takesPods).reduce((sum, { metadata, status }) => {
    const taken = (byNode.get(metadata?.name ?? '') ?? []).map(requestsOf).reduce(plus, NOTHING);
    return sum + timesIn(minus(amounts(status?.allocatable), taken), need);
  }, 0);
  return Math.max(0, fits - (byNode.get('')?.length ?? 0));
}

/** What the pods of an environment request. */
export function needOf({ workload }: Recipe): Amounts {
  return Object.values(workload.pods)
    .map((pod) => times({ ...amounts(pod), pods: ONE }, BigInt(pod.replicas)))
    .reduce(plus, NOTHING);
}

/** As much as the most demanding of them needs, of each. */
export function mostOf(needs: readonly Amounts[]): Amounts {
  return needs.reduce((one, other) => each(one, other, (a, b) => (a > b ? a : b)), NOTHING);
}

function takesPods({ spec, status }: V1Node): boolean {
  const isReady = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const isTainted = spec?.taints?.some(({ effect }) => REPELLING.includes(effect));
  return isReady === true && spec?.unschedulable !== true && isTainted !== true;
}

/** Containers run beside each other, after those that prepare them. */
function requestsOf({ spec }: V1Pod): Amounts {
  const running = (spec?.containers ?? []).map(({ resources }) => amounts(resources?.requests)).reduce(plus, NOTHING);
  const first = (spec?.initContainers ?? []).map(({ resources }) => amounts(resources?.requests));
  return { ...mostOf([running, ...first]), pods: ONE };
}

function amounts(of: Readonly<Record<string, unknown>> = {}): Amounts {
  const [cpu, memory, pods] = ['cpu', 'memory', 'pods'].map((what) => quantityValue(String(of[what] ?? '0')) ?? 0n);
  return { cpu: cpu ?? 0n, memory: memory ?? 0n, pods: pods ?? 0n };
}

function timesIn(free: Amounts, need: Amounts): number {
  const kinds = (['cpu', 'memory', 'pods'] as const).filter((kind) => need[kind] > 0n);
  const fits = kinds.map((kind) => Number(free[kind] / need[kind]));
  return Math.max(0, Math.min(...fits));
}

function plus(one: Amounts, other: Amounts): Amounts {
  return each(one, other, (a, b) => a + b);
}

function minus(one: Amounts, other: Amounts): Amounts {
  return each(one, other, (a, b) => a - b);
}

function times(one: Amounts, count: bigint): Amounts {
  return each(one, one, (amount) => amount * count);
}

function each(one: Amounts, other: Amounts, combine: (a: bigint, b: bigint) => bigint): Amounts {
  return {
    cpu: combine(one.cpu, other.cpu),
    memory: combine(one.memory, other.memory),
    pods: combine(one.pods, other.pods),
  };
}
