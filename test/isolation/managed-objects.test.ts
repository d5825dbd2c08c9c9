import type { KubernetesObject, V1PodList } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, home } from './home.ts';
import { container, pod } from './objects.ts';

const APPS = 'apis/apps/v1';
const BATCH = 'apis/batch/v1';
const MANAGED = { 'app.kubernetes.io/managed-by': 'berth' };
const REFUSED = { status: 403, message: expect.stringContaining("ValidatingAdmissionPolicy 'berth-managed-objects'") };

let mine: Home;
beforeAll(async () => {
  mine = await home('node');
});
afterAll(() => mine?.end());

/** What the template `node` is made of. */
const TEMPLATE = [
  ['deployments/web', APPS],
  ['services/web', 'api/v1'],
  ['persistentvolumeclaims/home', 'api/v1'],
] as const;

describe('a developer, at what Berth made from the template,', () => {
  it.each(TEMPLATE)('reads %s, and cannot change or delete it', async (object, root) => {
    const { developer, at } = mine;
    const path = at(object, root);
    const before = await developer.get<KubernetesObject>(path);

    const changed = { ...before.body, metadata: { ...before.body.metadata, annotations: { mine: 'yes' } } };
    expect(before.status).toBe(200);
    expect(await developer.patch(path, { metadata: { annotations: { mine: 'yes' } } })).toMatchObject(REFUSED);
    expect(await developer.call('PUT', path, { body: changed })).toMatchObject(REFUSED);
    expect(await developer.delete(path)).toMatchObject(REFUSED);
    expect(await developer.delete(path.replace(/\/[^/]+$/, ''))).toMatchObject(REFUSED);
    const after = await developer.get<KubernetesObject>(path);
    expect(after.body.metadata).toMatchObject({ uid: before.body.metadata?.uid });
  });

  it.each(TEMPLATE)('cannot make %s their own by taking its labels away', async (object, root) => {
    const path = mine.at(object, root);

    expect(await mine.developer.patch(path, { metadata: { labels: null } })).toMatchObject(REFUSED);
  });

  it('cannot scale it', async () => {
    const path = mine.at('deployments/web/scale', APPS);

    expect(await mine.developer.get(path)).toMatchObject({ status: 200, body: { spec: { replicas: 1 } } });
    expect(await mine.developer.patch(path, { spec: { replicas: 0 } })).toMatchObject(REFUSED);
  });

  it('restarts it by deleting its pod, which comes back', async () => {
    const { developer, at } = mine;
    const running = async () =>
      (await developer.get<V1PodList>(`${at('pods')}?labelSelector=berth.dev/pod=web`)).body.items;
    const [before] = await running();

    expect(await developer.delete(at(`pods/${before?.metadata?.name}`))).toMatchObject({ status: 200 });

    const uids = async () => (await running()).map(({ metadata }) => metadata?.uid);
    await expect.poll(uids, { timeout: 30_000 }).toEqual([expect.not.stringMatching(before?.metadata?.uid ?? '')]);
  });
});

describe('a developer cannot pass off what they make as Berth’s', () => {
  const podLabels = { 'berth.dev/pod': 'web' };
  const template = { metadata: { labels: podLabels }, spec: { containers: [container()] } };
  const selector = { matchLabels: podLabels };

  it.each([
    ['a config map', 'configmaps', 'api/v1', { kind: 'ConfigMap', metadata: { name: 'mine', labels: MANAGED } }],
    ['a pod', 'pods', 'api/v1', { kind: 'Pod', ...pod('mine'), metadata: { name: 'mine', labels: MANAGED } }],
    [
      'a pod of a service',
      'pods',
      'api/v1',
      { kind: 'Pod', ...pod(''), metadata: { name: 'mine', labels: podLabels } },
    ],
    [
      'the pods of a deployment',
      'deployments',
      APPS,
      { kind: 'Deployment', metadata: { name: 'mine' }, spec: { selector, template } },
    ],
    [
      'the pods of a cron job',
      'cronjobs',
      BATCH,
      {
        kind: 'CronJob',
        metadata: { name: 'mine' },
        spec: {
          schedule: '0 0 1 1 *',
          jobTemplate: {
            spec: { template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } },
          },
        },
      },
    ],
  ])('by the labels of %s', async (_, resource, root, object) => {
    expect(await mine.developer.rehearse(mine.at(resource, root), object)).toMatchObject(REFUSED);
  });

  it('nor by labels that are added later', async () => {
    const { developer, at } = mine;
    await developer.create(at('configmaps'), { kind: 'ConfigMap', metadata: { name: 'later' } });

    expect(await developer.patch(at('configmaps/later'), { metadata: { labels: MANAGED } })).toMatchObject(REFUSED);
  });
});
