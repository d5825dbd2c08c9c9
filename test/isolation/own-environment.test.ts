import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ALL_VERBS,
  allResources,
  attempt,
  isUnauthorised,
  qualified,
  type Resource,
  type Verb,
  verbsOf,
} from './attempts.ts';
import { type Home, home } from './home.ts';
import { container, pod } from './objects.ts';

const READ: Verb[] = ['get', 'list', 'watch'];

/** What a developer may do in their own environment: this, and nothing else. */
const RIGHTS: Record<string, Verb[]> = {
  configmaps: ALL_VERBS,
  'cronjobs.batch': ALL_VERBS,
  'deployments.apps': ALL_VERBS,
  'deployments/scale.apps': ['get', 'update', 'patch'],
  events: READ,
  'jobs.batch': ALL_VERBS,
  limitranges: READ,
  'networkpolicies.networking.k8s.io': READ,
  persistentvolumeclaims: ALL_VERBS,
  pods: ALL_VERBS,
  'pods/exec': ['get', 'create'],
  'pods/log': ['get'],
  'pods/portforward': ['get', 'create'],
  'replicasets.apps': ALL_VERBS,
  resourcequotas: READ,
  secrets: ALL_VERBS,
  services: ALL_VERBS,
  'statefulsets.apps': ALL_VERBS,
  'statefulsets/scale.apps': ['get', 'update', 'patch'],
};

let mine: Home;
beforeAll(async () => {
  mine = await home();
});
afterAll(() => mine?.end());

describe('a developer in their own environment', () => {
  it('may do exactly what the role says, of all verbs on all resources that the apiserver has', async () => {
    const resources = (await allResources(mine.developer)).filter(({ namespaced }) => namespaced);
    const allowedOn = async (resource: Resource): Promise<[string, Verb[]]> => {
      const place = { namespace: mine.namespace, object: 'any' };
      const verbs = verbsOf(resource);
      const answers = await Promise.all(verbs.map((verb) => attempt(mine.developer, verb, resource, place)));
      return [qualified(resource), verbs.filter((_, index) => !isUnauthorised(answers[index] as never))];
    };

    const rights = await Promise.all(resources.map(allowedOn));

    expect(Object.fromEntries(rights.filter(([, verbs]) => verbs.length > 0))).toEqual(RIGHTS);
  });

  it.each([
    ['pods', 'api/v1', { kind: 'Pod', ...pod('mine') }],
    ['secrets', 'api/v1', { kind: 'Secret', metadata: { name: 'mine' }, stringData: { key: 'value' } }],
    ['configmaps', 'api/v1', { kind: 'ConfigMap', metadata: { name: 'mine' }, data: { key: 'value' } }],
    ['services', 'api/v1', { kind: 'Service', metadata: { name: 'mine' }, spec: { ports: [{ port: 80 }] } }],
    [
      'persistentvolumeclaims',
      'api/v1',
      {
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'mine' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    ],
    ['deployments', 'apis/apps/v1', { kind: 'Deployment', ...workload({ replicas: 1 }) }],
    ['statefulsets', 'apis/apps/v1', { kind: 'StatefulSet', ...workload({ serviceName: 'mine' }) }],
    ['replicasets', 'apis/apps/v1', { kind: 'ReplicaSet', ...workload({}) }],
    [
      'jobs',
      'apis/batch/v1',
      {
        kind: 'Job',
        metadata: { name: 'mine' },
        spec: { suspend: true, template: { spec: { ...pod('').spec, restartPolicy: 'Never' } } },
      },
    ],
    [
      'cronjobs',
      'apis/batch/v1',
      {
        kind: 'CronJob',
        metadata: { name: 'mine' },
        spec: {
          schedule: '0 0 1 1 *',
          jobTemplate: { spec: { template: { spec: { ...pod('').spec, restartPolicy: 'Never' } } } },
        },
      },
    ],
  ])('makes, reads, labels and deletes %s', async (resource, root, object) => {
    const { developer, at } = mine;
    const path = at(`${resource}/mine`, root);

    expect(await developer.create(at(resource, root), object)).toMatchObject({ status: 201 });
    expect(await developer.get(path)).toMatchObject({ status: 200 });
    expect(await developer.patch(path, { metadata: { labels: { colour: 'blue' } } })).toMatchObject({
      status: 200,
      body: { metadata: { labels: { colour: 'blue' } } },
    });
    expect(await developer.delete(`${path}?propagationPolicy=Background`)).toMatchObject({
      status: expect.toBeOneOf([200, 202]),
    });
  });

  it('scales what they made', async () => {
    const { developer, at } = mine;
    const deployment = { kind: 'Deployment', ...workload({ replicas: 0 }, 'scaled') };

    expect(await developer.create(at('deployments', 'apis/apps/v1'), deployment)).toMatchObject({ status: 201 });
    expect(
      await developer.patch(at('deployments/scaled/scale', 'apis/apps/v1'), { spec: { replicas: 1 } }),
    ).toMatchObject({ status: 200 });
    await developer.delete(at('deployments/scaled', 'apis/apps/v1'));
  });

  it('brings charts whose objects say that another program manages them', async () => {
    const { developer, at } = mine;
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };

    expect(
      await developer.rehearse(at('configmaps'), { kind: 'ConfigMap', metadata: { name: 'chart', labels } }),
    ).toMatchObject({ status: 201 });
  });
});

function workload(spec: object, name = 'mine') {
  const labels = { app: name };
  return {
    metadata: { name },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container()] } },
      ...spec,
    },
  };
}
