import type { KubernetesObject } from '@kubernetes/client-node';
import type { Change, Cluster, Reference } from '../../src/cluster/client.ts';

/** What somebody does by hand to an environment, and what is to be seen of it. */
export interface Deed {
  kind: string;
  apiVersion: string;
  name: string;
  /** What a merge patch changes of it. */
  edit: object;
  /** What differs then. */
  differs: string;
}

const RBAC = 'rbac.authorization.k8s.io';

/** Each kind of which an environment consists, and an edit of it that would do harm. */
export const DEEDS: Deed[] = [
  {
    kind: 'NetworkPolicy',
    apiVersion: 'networking.k8s.io/v1',
    name: 'deny-all',
    edit: { spec: { egress: [{}] } },
    differs: 'spec.egress',
  },
  {
    kind: 'ResourceQuota',
    apiVersion: 'v1',
    name: 'quota',
    edit: { spec: { hard: { pods: '999', 'count/secrets': '1' } } },
    differs: 'spec.hard',
  },
  {
    kind: 'LimitRange',
    apiVersion: 'v1',
    name: 'limits',
    edit: { spec: { limits: [{ type: 'Container', max: { cpu: '64' } }] } },
    differs: 'spec.limits',
  },
  {
    kind: 'ServiceAccount',
    apiVersion: 'v1',
    name: 'developer',
    edit: { automountServiceAccountToken: true },
    differs: 'automountServiceAccountToken',
  },
  {
    kind: 'RoleBinding',
    apiVersion: `${RBAC}/v1`,
    name: 'developer',
    edit: { subjects: [{ kind: 'Group', apiGroup: RBAC, name: 'system:authenticated' }] },
    differs: 'subjects',
  },
  {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    name: 'settings',
    edit: { data: { colour: 'red', more: 'yes' } },
    differs: 'data',
  },
  {
    kind: 'Service',
    apiVersion: 'v1',
    name: 'web',
    edit: { spec: { selector: { 'berth.dev/pod': 'other' } } },
    differs: 'spec.selector',
  },
  {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    name: 'web',
    edit: { spec: { replicas: 3 } },
    differs: 'spec.replicas',
  },
  {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    name: 'home',
    edit: { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } },
    differs: 'metadata.labels',
  },
];

/** What would open an environment, were it only added. */
export const ADDITIONS: (KubernetesObject & { kind: string; metadata: { name: string } })[] = [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'open' },
    ...{ spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] } },
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'more' },
    ...{
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'admin' },
      subjects: [{ kind: 'Group', apiGroup: RBAC, name: 'system:authenticated' }],
    },
  },
];

/** A managed object, as somebody with an administrator's rights has it at hand. */
export class ByHand {
  readonly #cluster: Cluster;
  readonly #reference: Reference;

  constructor(cluster: Cluster, namespace: string, { kind, apiVersion, name }: Deed) {
    this.#cluster = cluster;
    this.#reference = { apiVersion, kind, metadata: { name, namespace } };
  }

  read(): Promise<(KubernetesObject & Record<string, unknown>) | undefined> {
    return this.#cluster.read(this.#reference);
  }

  async edit({ metadata = {}, ...edit }: { metadata?: object }): Promise<void> {
    const change = { ...this.#reference, metadata: { ...this.#reference.metadata, ...metadata }, ...edit };
    await this.#cluster.merge(change as Change, (await this.read())?.metadata?.uid ?? '');
  }

  async delete(): Promise<void> {
    await this.#cluster.delete(this.#reference, (await this.read())?.metadata?.uid ?? '');
  }
}
