import type { KubernetesObject, V1RoleBinding, V1ServiceAccount } from '@kubernetes/client-node';
import { MANAGED } from './labels.ts';

/** The one role that developers get, the same in every environment: see deploy/kubernetes/roles.yaml. */
const DEVELOPER_ROLE = 'berth-developer';
/** The account that a developer's credentials are made for. */
export const DEVELOPER_ACCOUNT = 'developer';

/** The account of pods that name none. The cluster makes one in every namespace. */
const DEFAULT_ACCOUNT = 'default';

/** Whether the cluster makes an object of this name by itself, so that ours only brings it to what is asked. */
export function isMadeByCluster({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'ServiceAccount' && metadata?.name === DEFAULT_ACCOUNT;
}

/** The account of pods that name none, and the developer's: neither is given a token unasked. */
export function serviceAccounts(namespace: string): V1ServiceAccount[] {
  return [DEFAULT_ACCOUNT, DEVELOPER_ACCOUNT].map((name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace, labels: MANAGED },
    automountServiceAccountToken: false,
  }));
}

/** Lets the developer work in this namespace, and nowhere else. */
export function roleBinding(namespace: string): V1RoleBinding {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'developer', namespace, labels: MANAGED },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: DEVELOPER_ROLE },
    subjects: [{ kind: 'ServiceAccount', name: DEVELOPER_ACCOUNT, namespace }],
  };
}
