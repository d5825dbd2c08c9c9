import type { KubernetesObject, V1Node, V1Pod } from '@kubernetes/client-node';
import type { Recipe } from '../environment/recipe.ts';
import type { Cluster } from './client.ts';
import { fitting, mostOf, needOf } from './free.ts';

/** Any version does, so that the apiserver answers from its memory: the next plan looks again. */
const FROM_CACHE = '0';

/**
 * How many more environments fit on the nodes of the cluster, whichever of these recipes they are made of. What pods
 * request is asked of the pods themselves, those of others among them: quotas would tell of environments only, and the
 * scheduler goes by pods.
 *
 * @param making the namespaces of those that are being made: where they have no pods yet, they still take room
 */
export async function roomFor(
  cluster: Cluster,
  recipes: readonly Recipe[],
  making: readonly string[],
  signal?: AbortSignal,
): Promise<number> {
  const list = <T extends KubernetesObject>(kind: string) =>
    cluster.list<T>({ apiVersion: 'v1', kind }, undefined, { signal, notOlderThan: FROM_CACHE });
  const [nodes, pods] = await Promise.all([list<V1Node>('Node'), list<V1Pod>('Pod')]);
  const begun = new Set(pods.map(({ metadata }) => metadata?.namespace));
  const toCome = making.filter((namespace) => !begun.has(namespace)).length;
  return Math.max(0, fitting(nodes, pods, mostOf(recipes.map(needOf))) - toCome);
}
