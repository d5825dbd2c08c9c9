import type { V1Namespace, V1ObjectMeta, V1PersistentVolume } from '@kubernetes/client-node';
import type { Cluster } from './client.ts';
import { withoutOwnPort } from './errors.ts';

/** So much of each kind, and of each object, is named: a memo holds little, and people read less. */
const MOST_NAMED = 5;
const MOST_FINALIZERS = 3;

/**
 * The kinds whose objects the worker may list, by the names that the cluster gives them where it tells what remains. All
 * others are told in its own words, which name kinds and finalizers, but no objects.
 */
const KINDS: Record<string, [apiVersion: string, kind: string]> = {
  'configmaps.': ['v1', 'ConfigMap'],
  'limitranges.': ['v1', 'LimitRange'],
  'persistentvolumeclaims.': ['v1', 'PersistentVolumeClaim'],
  'pods.': ['v1', 'Pod'],
  'resourcequotas.': ['v1', 'ResourceQuota'],
  'serviceaccounts.': ['v1', 'ServiceAccount'],
  'services.': ['v1', 'Service'],
  'deployments.apps': ['apps/v1', 'Deployment'],
  'replicasets.apps': ['apps/v1', 'ReplicaSet'],
  'statefulsets.apps': ['apps/v1', 'StatefulSet'],
  'networkpolicies.networking.k8s.io': ['networking.k8s.io/v1', 'NetworkPolicy'],
  'rolebindings.rbac.authorization.k8s.io': ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
};

/** What the cluster itself says of a namespace that it deletes: which kinds and finalizers remain, what it cannot delete. */
export function conditionsOf({ status }: V1Namespace): string[] {
  const holding = status?.conditions?.filter(({ status }) => status === 'True') ?? [];
  return holding.map(({ message }) => withoutOwnPort(message ?? '')).filter((message) => message !== '');
}

/** The objects that hold a namespace, as far as the worker may see them, and the finalizers of the namespace itself. */
export async function holdersOf(cluster: Cluster, namespace: V1Namespace, signal?: AbortSignal): Promise<string[]> {
  const { metadata, spec } = namespace;
  const own = [...(metadata?.finalizers ?? []), ...(spec?.finalizers?.filter((name) => name !== 'kubernetes') ?? [])];
  const found = await Promise.all(
    remaining(namespace).map(async ({ apiVersion, kind, count }) => {
      const objects = await cluster.metadata({ apiVersion, kind }, metadata?.name ?? '', MOST_NAMED, signal);
      const others = count - objects.length;
      return [...objects.map((object) => nameOf(kind, object)), ...(others > 0 ? [`${others} more of ${kind}`] : [])];
    }),
  );
  return [...found.flat(), ...(own.length > 0 ? [`the namespace itself (${finalizers(own)})`] : [])];
}

/** A volume that stays, with what is known of why. */
export function volumeHeld({ metadata, status }: V1PersistentVolume): string {
  const { finalizers: held = [] } = metadata ?? {};
  const known = [status?.phase, ...(held.length > 0 ? [finalizers(held)] : []), status?.message];
  return `volume ${metadata?.name} (${known.filter((text) => text !== undefined && text !== '').join(', ')})`;
}

function remaining({ status }: V1Namespace): { apiVersion: string; kind: string; count: number }[] {
  const told = status?.conditions?.find(
    ({ type, status }) => type === 'NamespaceContentRemaining' && status === 'True',
  );
  const counts = (told?.message ?? '').matchAll(/([a-z0-9-]+\.[a-z0-9.-]*) has (\d+) resource/g);
  return [...counts].flatMap(([, resource = '', count]) => {
    const known = KINDS[resource];
    return known ? [{ apiVersion: known[0], kind: known[1], count: Number(count) }] : [];
  });
}

function nameOf(kind: string, { name, finalizers: held = [] }: V1ObjectMeta): string {
  return held.length === 0 ? `${kind} ${name}` : `${kind} ${name} (${finalizers(held)})`;
}

function finalizers(names: readonly string[]): string {
  const others = names.length - MOST_FINALIZERS;
  const named = names.slice(0, MOST_FINALIZERS).join(', ');
  return `finalizer ${named}${others > 0 ? ` and ${others} more` : ''}`;
}
