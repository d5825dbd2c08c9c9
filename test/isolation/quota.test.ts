import type { V1ResourceQuota } from '@kubernetes/client-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isUnauthorised } from './attempts.ts';
import { type Home, home } from './home.ts';
import { container, pod } from './objects.ts';

const APPS = 'apis/apps/v1';
const BATCH = 'apis/batch/v1';
const podSpec = { ...pod('').spec, restartPolicy: 'Never' };
const labels = { app: 'many' };
const running = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod('').spec } };
// Of a class that nobody serves: when a claim is bound, the cluster counts all of them anew, and may miss one that is just
// being made, so that one too many is taken.
const claimSpec = (storage: string) => ({
  accessModes: ['ReadWriteOnce'],
  storageClassName: 'served-by-nobody',
  resources: { requests: { storage } },
});
const schedule = '0 0 1 1 *';

/** What is counted, and an object of it that costs nothing else. */
const COUNTED: [key: string, limit: number, resource: string, root: string, kind: string, rest: object][] = [
  ['secrets', 50, 'secrets', 'api/v1', 'Secret', {}],
  ['configmaps', 50, 'configmaps', 'api/v1', 'ConfigMap', {}],
  ['services', 10, 'services', 'api/v1', 'Service', { spec: { ports: [{ port: 80 }] } }],
  ['pods', 20, 'pods', 'api/v1', 'Pod', { spec: podSpec }],
  [
    'persistentvolumeclaims',
    4,
    'persistentvolumeclaims',
    'api/v1',
    'PersistentVolumeClaim',
    { spec: claimSpec('1Gi') },
  ],
  ['count/replicasets.apps', 100, 'replicasets', APPS, 'ReplicaSet', { spec: { ...running, replicas: 0 } }],
  ['count/deployments.apps', 20, 'deployments', APPS, 'Deployment', { spec: { ...running, replicas: 0 } }],
  ['count/statefulsets.apps', 20, 'statefulsets', APPS, 'StatefulSet', { spec: { ...running, replicas: 0 } }],
  ['count/jobs.batch', 20, 'jobs', BATCH, 'Job', { spec: { suspend: true, template: { spec: podSpec } } }],
  [
    'count/cronjobs.batch',
    20,
    'cronjobs',
    BATCH,
    'CronJob',
    { spec: { schedule, suspend: true, jobTemplate: { spec: { template: { spec: podSpec } } } } },
  ],
];

/** What is summed up over pods: three containers, each of which may have as much, are more than all pods may. */
const SUMMED = [
  ['cpu', '500m'],
  ['memory', '1Gi'],
  ['ephemeral-storage', '2Gi'],
] as const;
const PODS_THAT_FIT = 4;

const DOORS = ['services.nodeports', 'services.loadbalancers'];
const INGRESSES = 'count/ingresses.networking.k8s.io';

/** An environment for one test: a quota is counted anew, and late, when something is deleted. */
async function someHome(): Promise<Home> {
  const made = await home('bare');
  onTestFinished(() => made.end());
  return made;
}

async function used({ developer, at }: Home, key: string): Promise<string | undefined> {
  return (await developer.get<V1ResourceQuota>(at('resourcequotas/quota'))).body.status?.used?.[key];
}

describe('the quota of an environment', () => {
  it('has no key that is not tested here, or with the doors', async () => {
    const { developer, at } = await someHome();
    const { body } = await developer.get<V1ResourceQuota>(at('resourcequotas/quota'));
    const summed = SUMMED.flatMap(([resource]) => [`requests.${resource}`, `limits.${resource}`]);
    const counted = COUNTED.map(([key]) => key);

    expect(Object.keys(body.spec?.hard ?? {}).sort()).toEqual(
      [...counted, ...summed, 'requests.storage', INGRESSES, ...DOORS].sort(),
    );
  });

  it.each(SUMMED)('ends at its %s, requested and limited', async (resource, amount) => {
    const { developer, at } = await someHome();
    const create = (name: string) => {
      const amounts = { [resource]: amount };
      const containers = [container({ resources: { requests: amounts, limits: amounts } })];
      return developer.create(at('pods'), { kind: 'Pod', ...pod(name, { containers }) });
    };
    const names = Array.from({ length: PODS_THAT_FIT }, (_, index) => `${resource}-${index}`);

    for (const name of names) expect(await create(name)).toMatchObject({ status: 201 });
    const oneMore = await create('one-more');

    expect(oneMore).toMatchObject({ status: 403, message: expect.stringMatching(/exceeded quota/) });
    for (const key of [`requests.${resource}`, `limits.${resource}`]) expect(oneMore.message).toContain(`${key}=`);
  });

  it('ends at its storage', async () => {
    const { developer, at } = await someHome();
    const claim = (name: string, storage: string) => ({
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: claimSpec(storage),
    });

    expect((await developer.create(at('persistentvolumeclaims'), claim('most', '20Gi'))).status).toBe(201);
    expect(await developer.create(at('persistentvolumeclaims'), claim('more', '1Gi'))).toMatchObject({
      status: 403,
      message: expect.stringMatching(/exceeded quota.*requests\.storage=/),
    });
  });

  it.each(COUNTED)('ends at its %s: %i', async (key, limit, resource, root, kind, rest) => {
    const mine = await someHome();
    const create = (name: string) =>
      mine.developer.create(mine.at(resource, root), { kind, metadata: { name }, ...rest });

    // What the cluster makes by itself counts as well.
    for (let index = 0; Number(await used(mine, key)) < limit; index++) await create(`many-${index}`);

    expect(await create('one-more')).toMatchObject({
      status: 403,
      message: expect.stringMatching(`exceeded quota: quota, .*${key}=`),
    });
    expect(await used(mine, key)).toBe(String(limit));
  });

  it('ends at no ingress: a developer makes none at all', async () => {
    const { developer, at } = await someHome();
    const path = at('ingresses', 'apis/networking.k8s.io/v1');

    expect(isUnauthorised(await developer.create(path, { kind: 'Ingress', metadata: { name: 'door' } }))).toBe(true);
  });
});
