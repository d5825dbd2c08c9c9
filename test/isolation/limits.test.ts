import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, home } from './home.ts';
import { container, pod } from './objects.ts';

let mine: Home;
beforeAll(async () => {
  mine = await home('bare');
});
afterAll(() => mine?.end());

/** As the template `bare` has it. */
const DEFAULT = { cpu: '250m', memory: '256Mi', 'ephemeral-storage': '512Mi' };

const rehearse = (containers: object[]) =>
  mine.developer.rehearse<V1Pod>(mine.at('pods'), { kind: 'Pod', ...pod('tried', { containers }) });

describe('a container in an environment', () => {
  it('that asks for nothing gets a limit of everything', async () => {
    const { body } = await rehearse([container({ resources: {} })]);

    expect(body.spec?.containers[0]?.resources).toEqual({ limits: DEFAULT, requests: DEFAULT });
  });

  it.each([
    ['cpu', '1001m'],
    ['memory', '2049Mi'],
    ['ephemeral-storage', '4097Mi'],
  ])('cannot have more %s than the most', async (resource, amount) => {
    const answer = await rehearse([container({ resources: { limits: { [resource]: amount } } })]);

    expect(answer).toMatchObject({
      status: 403,
      message: expect.stringContaining(`maximum ${resource} usage per Container`),
    });
  });
});

describe('a pod in an environment', () => {
  it.each([
    ['cpu', '600m'],
    ['memory', '1100Mi'],
    ['ephemeral-storage', '2100Mi'],
  ])('cannot have more %s than the most by having two containers', async (resource, amount) => {
    const half = (name: string) => container({ name, resources: { limits: { [resource]: amount } } });
    const answer = await rehearse([half('one'), half('two')]);

    expect(answer).toMatchObject({
      status: 403,
      message: expect.stringContaining(`maximum ${resource} usage per Pod`),
    });
    expect((await rehearse([half('one')])).status).toBe(201);
  });
});

describe('a volume claim in an environment', () => {
  it('cannot be larger than all volumes together may be', async () => {
    const claim = (storage: string) => ({
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'large' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
    });
    const path = mine.at('persistentvolumeclaims');

    expect(await mine.developer.rehearse(path, claim('21Gi'))).toMatchObject({
      status: 403,
      message: expect.stringContaining('maximum storage usage per PersistentVolumeClaim'),
    });
    expect((await mine.developer.rehearse(path, claim('20Gi'))).status).toBe(201);
  });
});
