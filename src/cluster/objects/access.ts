import type { V1RoleBinding, V1ServiceAccount } from '@kubernetes/client-node';
import { MANAGED } from './labels.ts';

/** The one role that developers get, the same in every environment: see deploy/kubernetes/roles.yaml. */
const DEVELOPER_ROLE = 'berth-developer';
/** The account that a developer's credentials are made for. */
const DEVELOPER_ACCOUNT = 'developer';

/** The account of pods that name none, and the developer's: neither is given a token unasked. */
export function serviceAccounts(namespace: string): V1ServiceAccount[] {
  return ['default', DEVELOPER_ACCOUNT].map((name) => ({
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
