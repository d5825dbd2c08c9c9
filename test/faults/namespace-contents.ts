import type { AnyObject, ClusterContents } from './cluster-contents.ts';

/** What the cluster itself puts into a spec, differently for each object. */
const GIVEN_BY_CLUSTER = ['clusterIP', 'clusterIPs', 'volumeName', 'finalizers'];

/**
 * What Berth made of an environment, by kind and name, without all that differs from one to the next: so that of two
 * environments that were asked for alike it is equal. What controllers made of it in turn is left out.
 */
export async function contentsOf(cluster: ClusterContents, namespace: string): Promise<Record<string, unknown>> {
  const [itself, inside] = await Promise.all([cluster.namespace(namespace), cluster.inNamespace(namespace)]);
  const made = inside.filter(isMadeByBerth);
  const entries = [{ ...itself, kind: 'Namespace' }, ...made].map((object) => [nameOf(object), contentOf(object)]);
  const text = JSON.stringify(Object.fromEntries(entries), (key, value) =>
    GIVEN_BY_CLUSTER.includes(key) ? undefined : value,
  );
  return JSON.parse(text.replaceAll(namespace, 'NAMESPACE')) as Record<string, unknown>;
}

/** Labels are handed down to what controllers make of an object: that has an owner, or is a service's Endpoints. */
function isMadeByBerth({ kind, metadata }: AnyObject): boolean {
  const isManaged = metadata?.labels?.['app.kubernetes.io/managed-by'] === 'berth';
  return isManaged && metadata.ownerReferences === undefined && kind !== 'Endpoints';
}

function nameOf({ kind, metadata }: AnyObject): string {
  return `${kind} ${metadata?.name}`;
}

/** Annotations by their names only: marks and times are in them. */
function contentOf(object: AnyObject & { status?: unknown }): object {
  const { apiVersion: _, kind: __, metadata, status: ___, ...content } = object;
  return { ...content, labels: metadata?.labels, annotations: Object.keys(metadata?.annotations ?? {}).sort() };
}
