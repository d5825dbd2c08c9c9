import type { V1Deployment } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdministrator } from './apiserver.ts';
import { type Home, home } from './home.ts';
import { pod } from './objects.ts';

const service = (spec: object) => ({
  kind: 'Service',
  metadata: { name: 'door' },
  spec: { ports: [{ port: 80 }], ...spec },
});
const claim = (spec: object) => ({
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'chosen' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});

/** What an environment does not take, and any other namespace does. */
const DOORS: [what: string, resource: string, object: object, says: string][] = [
  [
    'a service of the type ExternalName',
    'services',
    service({ type: 'ExternalName', externalName: 'kubernetes.default.svc' }),
    'cannot be of the type ExternalName',
  ],
  ['a service with external IPs', 'services', service({ externalIPs: ['203.0.113.1'] }), 'cannot have external IPs'],
  ['a service with a node port', 'services', service({ type: 'NodePort' }), 'services.nodeports=0'],
  ['a load balancer', 'services', service({ type: 'LoadBalancer' }), 'services.loadbalancers=0'],
  [
    'a pod that others are evicted for',
    'pods',
    { kind: 'Pod', ...pod('first', { priorityClassName: 'system-node-critical' }) },
    'cannot have a priority of the system',
  ],
  [
    'a claim of a volume by its name',
    'persistentvolumeclaims',
    claim({ volumeName: 'left' }),
    'cannot choose its volume',
  ],
  [
    'a claim of a volume by its labels',
    'persistentvolumeclaims',
    claim({ selector: { matchLabels: { a: 'b' } } }),
    'cannot choose its volume',
  ],
  [
    'a claim of a volume that belongs to no class',
    'persistentvolumeclaims',
    claim({ storageClassName: '' }),
    'cannot choose its volume',
  ],
];

let mine: Home;
beforeAll(async () => {
  mine = await home();
});
afterAll(() => mine?.end());

describe('an environment does not take from its developer', () => {
  it.each(DOORS)('%s', async (_, resource, object, says) => {
    expect(await mine.developer.rehearse(mine.at(resource), object)).toMatchObject({
      status: 403,
      message: expect.stringContaining(says),
    });
  });

  it('a door through a service that was there before', async () => {
    const { developer, at } = mine;
    await developer.create(at('services'), { ...service({}), metadata: { name: 'inner' } });

    for (const spec of [
      { type: 'ExternalName', externalName: 'example.com' },
      { externalIPs: ['203.0.113.1'] },
      { type: 'NodePort' },
      { type: 'LoadBalancer' },
    ]) {
      expect(await developer.patch(at('services/inner'), { spec })).toMatchObject({ status: 403 });
    }
  });

  it('pods by way of a deployment that it would not take by themselves', async () => {
    const { developer, at } = mine;
    const labels = { app: 'first' };
    const { spec } = pod('', { priorityClassName: 'system-cluster-critical' });
    await developer.create(at('deployments', 'apis/apps/v1'), {
      kind: 'Deployment',
      metadata: { name: 'first' },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    });
    const conditions = async () =>
      JSON.stringify(
        (await developer.get<V1Deployment>(at('deployments/first', 'apis/apps/v1'))).body.status?.conditions,
      );

    await expect.poll(conditions, { timeout: 20_000 }).toContain('cannot have a priority of the system');
  });
});

describe('a namespace that is not Berth’s', () => {
  it.each(DOORS)('is left alone: there is %s', async (_, resource, object) => {
    const path = `/api/v1/namespaces/default/${resource}`;

    expect(await asAdministrator().rehearse(path, object)).toMatchObject({ status: 201 });
  });
});
