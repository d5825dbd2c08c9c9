import type { KubernetesObject, V1DeploymentStatus } from '@kubernetes/client-node';

/** The library calls these otherwise than the wire does, in lists as in what is desired. */
const RENAMED: Record<string, string> = { default: '_default', from: '_from' };
const OF_KINDS = new Set(['LimitRange', 'NetworkPolicy']);

/**
 * What is kept of a watched object: what is compared, in the library's words.
 * @param kind the items of a list do not say it
 */
export function lean(kind: string, object: KubernetesObject & { status?: V1DeploymentStatus }): KubernetesObject {
  const { metadata = {}, status, ...content } = object;
  const { name, namespace, uid, resourceVersion, labels, annotations, creationTimestamp, deletionTimestamp } = metadata;
  const kept = {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
    ...(uid !== undefined && { uid }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(labels !== undefined && { labels }),
    ...(kind === 'Namespace' && annotations !== undefined && { annotations }),
    ...(kind === 'Namespace' && creationTimestamp !== undefined && { creationTimestamp }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  };
  // Of slots it must be known that they run.
  const runs = kind === 'Deployment' && { status: { availableReplicas: status?.availableReplicas ?? 0 } };
  return { ...((OF_KINDS.has(kind) ? renamed(content) : content) as object), ...runs, metadata: kept };
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [RENAMED[key] ?? key, renamed(item)]));
}
