import type { KubernetesObject } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { workerCluster } from '../setup/client.ts';

interface Review extends KubernetesObject {
  spec: { resourceAttributes: Record<string, string> };
  status?: { allowed: boolean };
}
interface SelfReview extends KubernetesObject {
  status?: { userInfo: { username: string; groups: string[] } };
}
const AUTHORIZATION = 'authorization.k8s.io/v1';

async function mayWorker(verb: string, resource: string, more: Record<string, string> = {}): Promise<boolean> {
  const [name, subresource] = resource.split('/') as [string, string?];
  const review: Review = {
    apiVersion: AUTHORIZATION,
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb, resource: name, ...(subresource && { subresource }), ...more } },
  };
  return (await (await workerCluster()).create(review)).status?.allowed === true;
}

describe('the worker on the cluster', () => {
  it('is an account of its own, and no administrator', async () => {
    const worker = await workerCluster();

    const { status } = await worker.create<SelfReview>({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    });

    expect(status?.userInfo.username).toBe('system:serviceaccount:berth-system:berth-worker');
    expect(status?.userInfo.groups).not.toContain('system:masters');
  });

  it.each([
    ['get', 'secrets', {}],
    ['list', 'secrets', {}],
    ['create', 'secrets', {}],
    ['delete', 'events', { group: 'events.k8s.io', namespace: 'berth-system' }],
    ['get', 'endpointslices', { group: 'discovery.k8s.io', namespace: 'kube-system', name: 'kube-dns' }],
    ['create', 'pods/exec', {}],
    ['create', 'serviceaccounts/token', {}],
    ['create', 'serviceaccounts/token', { name: 'default' }],
    ['create', 'validatingadmissionpolicies', { group: 'admissionregistration.k8s.io' }],
    ['delete', 'validatingadmissionpolicybindings', { group: 'admissionregistration.k8s.io' }],
    ['create', 'serviceaccounts/token', { name: 'berth-worker' }],
    ['impersonate', 'users', {}],
    ['delete', 'nodes', {}],
    ['patch', 'nodes', {}],
    ['watch', 'nodes', {}],
    ['delete', 'persistentvolumes', {}],
    ['create', 'clusterroles', { group: 'rbac.authorization.k8s.io' }],
    ['create', 'clusterrolebindings', { group: 'rbac.authorization.k8s.io' }],
    ['create', 'roles', { group: 'rbac.authorization.k8s.io' }],
    ['escalate', 'clusterroles', { group: 'rbac.authorization.k8s.io' }],
    ['bind', 'clusterroles', { group: 'rbac.authorization.k8s.io', name: 'cluster-admin' }],
    ['bind', 'clusterroles', { group: 'rbac.authorization.k8s.io', name: 'berth-worker' }],
    ['delete', 'deployments', { group: 'apps' }],
    ['delete', 'persistentvolumeclaims', {}],
    ['watch', 'secrets', {}],
    ['watch', 'pods', {}],
    ['delete', 'resourcequotas', {}],
    ['*', '*', { group: '*' }],
  ])('may not %s %s %o', async (verb, resource, more) => {
    expect(await mayWorker(verb, resource, more)).toBe(false);
  });

  it('may see how much room there is on nodes', async () => {
    expect(await mayWorker('list', 'nodes')).toBe(true);
    expect(await mayWorker('list', 'pods')).toBe(true);
  });

  it('may bind the developers’ role, and create what environments consist of', async () => {
    const rbac = { group: 'rbac.authorization.k8s.io' };

    expect(await mayWorker('bind', 'clusterroles', { ...rbac, name: 'berth-developer' })).toBe(true);
    expect(await mayWorker('create', 'namespaces')).toBe(true);
    expect(await mayWorker('create', 'serviceaccounts/token', { name: 'developer' })).toBe(true);
  });
});
