import type { Stage } from './stage.ts';
import { until } from './until.ts';

/** Of the cluster's own namespaces one that is there from the beginning. */
const ELSEWHERE = 'berth-system';

/** Requests to the cluster that an obstacle is put in the way of: those about one namespace or what is in it. */
export interface Requests {
  namespace: string;
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** The kind's API group and its plural, and the subresource; the core group has no name. */
  resource: `${string}/${string}`;
}

/** Takes an obstacle away. */
export type Lift = () => Promise<void>;

/** A name for the obstacle, which {@link inForce} uses too. */
export function nameOf(obstacle: string, { namespace, operation, resource }: Requests): string {
  return [obstacle, operation.toLowerCase(), ...resource.split(/[./]/), namespace].filter((part) => part).join('-');
}

/** The requests as the rules of admission have it, and with them those that {@link inForce} asks with. */
export function rulesFor({ operation, resource }: Requests): object[] {
  const [group, ...kind] = resource.split('/');
  return [
    { apiGroups: [group], apiVersions: ['v1'], operations: [operation], resources: [kind.join('/')] },
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] },
  ];
}

/** A condition in CEL that holds for the requests, and for those that {@link inForce} asks with. */
export function isAbout({ namespace }: Requests, obstacle: string): string {
  return `request.namespace == '${namespace}' || request.name in ['${namespace}', '${obstacle}']`;
}

/** A new rule takes a moment to be in force: it is when a request that would change nothing is refused. */
export async function inForce({ api }: Stage, obstacle: string): Promise<void> {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: obstacle, namespace: ELSEWHERE } };
  const isRefused = () =>
    api.create(object, undefined, 'All').then(
      () => false,
      () => true,
    );
  await until(`${obstacle} is in force`, isRefused);
}
