import type { V1APIGroupList, V1APIResourceList } from '@kubernetes/client-node';
import type { Answer, Apiserver } from './apiserver.ts';

/** What RBAC tells apart, and how it is asked for; on an object's own path, or on that of all of them. */
const VERBS = {
  get: { method: 'GET', named: true },
  list: { method: 'GET', named: false },
  watch: { method: 'GET', named: false, query: { watch: '1', timeoutSeconds: '1' } },
  create: { method: 'POST', named: false, body: {} },
  update: { method: 'PUT', named: true, body: {} },
  patch: { method: 'PATCH', named: true, body: {}, type: 'application/merge-patch+json' },
  delete: { method: 'DELETE', named: true },
  deletecollection: { method: 'DELETE', named: false },
} as const;
export type Verb = keyof typeof VERBS;
export const ALL_VERBS = Object.keys(VERBS) as Verb[];
const OF_ALL: readonly Verb[] = ['list', 'watch', 'deletecollection'];

/** A resource as the apiserver lists it: `pods`, `pods/log`, `deployments`. */
export interface Resource {
  readonly root: string;
  readonly name: string;
  readonly namespaced: boolean;
}

/** Every resource and subresource of the apiserver, in the version that its group prefers. */
export async function allResources(apiserver: Apiserver): Promise<Resource[]> {
  const { body: groups } = await apiserver.get<V1APIGroupList>('/apis');
  const roots = ['/api/v1', ...groups.groups.map(({ preferredVersion }) => `/apis/${preferredVersion?.groupVersion}`)];
  const lists = roots.map(async (root) => {
    const { body } = await apiserver.get<V1APIResourceList>(root);
    return body.resources.map(({ name, namespaced }): Resource => ({ root, name, namespaced }));
  });
  return (await Promise.all(lists)).flat();
}

/** The verbs that mean something on a resource: a subresource belongs to one object. */
export function verbsOf({ name }: Resource): Verb[] {
  return name.includes('/') ? ALL_VERBS.filter((verb) => !OF_ALL.includes(verb)) : ALL_VERBS;
}

/** The name by which a role refers to a resource: `pods/log`, `deployments.apps`. */
export function qualified({ root, name }: Resource): string {
  const [, , group, version] = root.split('/');
  return version === undefined ? name : `${name}.${group}`;
}

/**
 * Really asks for it, on an object that need not be there: whether one may comes before whether there is one. Nothing
 * that was allowed is changed.
 */
export function attempt(
  apiserver: Apiserver,
  verb: Verb,
  { root, name, namespaced }: Resource,
  { namespace, object }: { namespace: string; object: string },
): Promise<Answer> {
  const { method, named, ...rest } = { query: {}, ...VERBS[verb] };
  const [resource, subresource] = name.split('/');
  const path = [
    root,
    ...(namespaced ? ['namespaces', namespace] : []),
    resource,
    ...(named || subresource !== undefined ? [object] : []),
    ...(subresource === undefined ? [] : [subresource]),
  ].join('/');
  const dryRun = method === 'GET' ? {} : { dryRun: 'All' };
  return apiserver.call(method, path, { ...rest, query: { ...rest.query, ...dryRun } });
}

/** Whether RBAC, and not a rule that came after it, refused. */
export function isUnauthorised({ status, message }: Answer): boolean {
  return status === 403 && / is forbidden: User "[^"]+" cannot [a-z]+ resource /.test(message);
}
