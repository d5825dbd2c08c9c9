import type { Answer, Apiserver } from '../isolation/apiserver.ts';
import { pod } from '../isolation/objects.ts';

const RBAC = 'apis/rbac.authorization.k8s.io/v1';
const APPS = 'apis/apps/v1';
export const NETWORKING = 'apis/networking.k8s.io/v1';

/** What the refusals say of where they come from. */
export const BY_RBAC = 'cannot';
export const BY_POLICY = "ValidatingAdmissionPolicy 'berth-worker'";

const labels = { app: 'any' };
const binding = (role: string, namespace: string) => ({
  kind: 'RoleBinding',
  metadata: { name: 'any' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', name: 'developer', namespace }],
});
const DEPLOYMENT = {
  kind: 'Deployment',
  metadata: { name: 'any' },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod('').spec } },
};
/** As the worker writes everything: by server-side apply. */
const APPLY = { type: 'application/apply-patch+yaml', query: { fieldManager: 'berth', force: 'true' } };

/** A policy of others, for nobody's pods. */
export const FOREIGN_POLICY = {
  kind: 'NetworkPolicy',
  metadata: { name: 'foreign' },
  spec: { podSelector: { matchLabels: { app: 'nobody' } } },
};

interface Attempt {
  readonly what: string;
  /** What the refusal says, as a regular expression. */
  readonly refusedBy: string;
  ask(worker: Apiserver, namespace: string): Promise<Answer>;
}
/** The path of a resource in a namespace. */
export const at = (namespace: string, resource: string, root = 'api/v1') =>
  `/${root}/namespaces/${namespace}/${resource}`;
const creating = (what: string, refusedBy: string, resource: string, root: string, object: object): Attempt => ({
  what,
  refusedBy,
  ask: (worker, namespace) => worker.create(at(namespace, resource, root), object),
});

/** What would give whoever steals the worker's account the cluster, or somebody else's work. */
export const ATTEMPTS: Attempt[] = [
  creating('create a pod', BY_POLICY, 'pods', 'api/v1', { kind: 'Pod', ...pod('any') }),
  creating('create a deployment', BY_POLICY, 'deployments', APPS, DEPLOYMENT),
  creating('create a config map', BY_POLICY, 'configmaps', 'api/v1', { kind: 'ConfigMap', metadata: { name: 'any' } }),
  creating('create a network policy', BY_POLICY, 'networkpolicies', NETWORKING, {
    kind: 'NetworkPolicy',
    metadata: { name: 'any' },
    spec: { podSelector: {} },
  }),
  {
    what: 'tell an event',
    refusedBy: BY_POLICY,
    ask: (worker, namespace) =>
      worker.create(at(namespace, 'events', 'apis/events.k8s.io/v1'), {
        kind: 'Event',
        metadata: { name: 'any' },
        ...{ type: 'Normal', reason: 'Any', action: 'Any', eventTime: '2026-01-01T00:00:00.000000Z' },
        regarding: { kind: 'Namespace', namespace, name: namespace },
        ...{ reportingController: 'berth.dev/worker', reportingInstance: 'any' },
      }),
  },
  creating('make a secret', BY_RBAC, 'secrets', 'api/v1', { kind: 'Secret', metadata: { name: 'any' } }),
  creating('mint a token of the account default', BY_RBAC, 'serviceaccounts/default/token', 'api/v1', { spec: {} }),
  creating('mint a token of an account called developer', BY_POLICY, 'serviceaccounts/developer/token', 'api/v1', {
    spec: {},
  }),
  creating('exec into a pod', BY_RBAC, 'pods/any/exec', 'api/v1', {}),
  {
    what: 'bind the developers’ role',
    refusedBy: BY_POLICY,
    ask: (worker, namespace) =>
      worker.create(at(namespace, 'rolebindings', RBAC), binding('berth-developer', namespace)),
  },
  {
    what: 'bind another role',
    refusedBy: 'attempting to grant RBAC permissions not currently held',
    ask: (worker, namespace) => worker.create(at(namespace, 'rolebindings', RBAC), binding('cluster-admin', namespace)),
  },
  {
    what: 'read secrets',
    refusedBy: BY_RBAC,
    ask: (worker, namespace) => worker.get(at(namespace, 'secrets')),
  },
  {
    what: 'change an object',
    refusedBy: BY_POLICY,
    ask: (worker, namespace) =>
      worker.patch(at(namespace, 'configmaps/kube-root-ca.crt'), { data: { 'ca.crt': 'mine' } }),
  },
  {
    what: 'apply an object',
    refusedBy: BY_POLICY,
    ask: (worker, namespace) =>
      worker.call('PATCH', at(namespace, 'serviceaccounts/default'), {
        ...APPLY,
        body: {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name: 'default' },
          automountServiceAccountToken: true,
        },
      }),
  },
  {
    what: 'delete a network policy',
    refusedBy: BY_POLICY,
    ask: (worker, namespace) =>
      worker.delete(at(namespace, `networkpolicies/${FOREIGN_POLICY.metadata.name}`, NETWORKING)),
  },
  {
    what: 'change the namespace',
    refusedBy: BY_POLICY,
    ask: (worker, namespace) =>
      worker.patch(`/api/v1/namespaces/${namespace}`, { metadata: { annotations: { mine: 'yes' } } }),
  },
  {
    what: 'relabel the namespace as its own',
    refusedBy: 'ValidatingAdmissionPolicy',
    ask: (worker, namespace) =>
      worker.patch(`/api/v1/namespaces/${namespace}`, { metadata: { labels: { 'berth.dev/environment': 'true' } } }),
  },
  {
    what: 'delete the namespace',
    refusedBy: `${BY_POLICY}|this namespace may not be deleted`,
    ask: (worker, namespace) => worker.delete(`/api/v1/namespaces/${namespace}`),
  },
];
