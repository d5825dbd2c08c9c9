import { randomBytes } from 'node:crypto';
import type { V1Namespace } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { asAdministrator as admin, asWorker } from '../isolation/apiserver.ts';
import { type Home, home } from '../isolation/home.ts';
import { ATTEMPTS, at, BY_POLICY, BY_RBAC, FOREIGN_POLICY, NETWORKING } from './worker-attempts.ts';

const suffix = randomBytes(4).toString('hex');
const PLACES = {
  'kube-system': 'kube-system',
  'a foreign namespace': `dev-foreign-${suffix}`,
  'a relabelled namespace': `dev-relabelled-${suffix}`,
};
const places = Object.keys(PLACES) as (keyof typeof PLACES)[];

let mine: Home;
beforeAll(async () => {
  mine = await home();
  const { metadata } = (await admin().get<V1Namespace>(`/api/v1/namespaces/${mine.namespace}`)).body;
  const { 'berth.dev/environment': _, 'kubernetes.io/metadata.name': __, ...copied } = metadata?.labels ?? {};
  await admin().create('/api/v1/namespaces', { metadata: { name: PLACES['a foreign namespace'] } });
  // All that an administrator can copy from a namespace that Berth made; the rest is refused to them, as is shown below.
  await admin().create('/api/v1/namespaces', {
    metadata: { name: PLACES['a relabelled namespace'], labels: copied, annotations: metadata?.annotations },
  });
  for (const place of Object.values(PLACES)) {
    await admin().create(at(place, 'serviceaccounts'), { metadata: { name: 'developer' } });
    await admin().create(at(place, 'networkpolicies', NETWORKING), FOREIGN_POLICY);
    await untilThere(at(place, 'serviceaccounts/default'));
    await untilThere(at(place, 'configmaps/kube-root-ca.crt'));
  }
});
afterAll(async () => {
  const { 'kube-system': system, ...made } = PLACES;
  await admin().delete(at(system, 'serviceaccounts/developer'));
  await admin().delete(at(system, `networkpolicies/${FOREIGN_POLICY.metadata.name}`, NETWORKING));
  for (const name of Object.values(made)) await admin().delete(`/api/v1/namespaces/${name}`);
  await mine?.end();
});

/** What the cluster makes in every namespace comes a moment after it. */
async function untilThere(path: string): Promise<void> {
  await vi.waitFor(async () => expect((await admin().get(path)).status).toBe(200), { timeout: 20_000, interval: 50 });
}

describe.each(places)('in %s the worker cannot', (place) => {
  it.each(ATTEMPTS)('$what', async ({ refusedBy, ask }) => {
    expect(await ask(asWorker(), PLACES[place])).toMatchObject({
      status: 403,
      message: expect.stringMatching(refusedBy),
    });
  });
});

describe('in a namespace that it made the worker', () => {
  it.each(ATTEMPTS.filter(({ refusedBy, what }) => refusedBy === BY_POLICY && !/^relabel|^delete/.test(what)))(
    'can $what',
    async ({ ask }) => {
      expect((await ask(asWorker(), mine.namespace)).status).toBeOneOf([200, 201]);
    },
  );

  it.each(ATTEMPTS.filter(({ refusedBy }) => refusedBy === BY_RBAC))(
    'can no more $what than elsewhere',
    async ({ ask }) => {
      expect(await ask(asWorker(), mine.namespace)).toMatchObject({
        status: 403,
        message: expect.stringContaining(BY_RBAC),
      });
    },
  );

  it('cannot loosen Pod Security', async () => {
    const patch = (metadata: object) => asWorker().patch(`/api/v1/namespaces/${mine.namespace}`, { metadata });

    for (const labels of [
      { 'pod-security.kubernetes.io/enforce': 'privileged' },
      { 'pod-security.kubernetes.io/enforce': null },
      { 'pod-security.kubernetes.io/enforce-version': 'v1.0' },
    ]) {
      expect(await patch({ labels })).toMatchObject({ status: 403, message: expect.stringContaining(BY_POLICY) });
    }
  });
});

describe('the worker makes no namespace', () => {
  const labels = {
    'berth.dev/environment': 'true',
    'pod-security.kubernetes.io/enforce': 'restricted',
    'pod-security.kubernetes.io/enforce-version': 'v1.36',
  };
  const make = (metadata: object) => asWorker().rehearse('/api/v1/namespaces', { metadata });

  it.each([
    ['of a name that is not an environment’s', { name: `kube-${suffix}`, labels }],
    ['without a name', { generateName: 'kube-', labels }],
    ['without its label', { name: `dev-${suffix}`, labels: { ...labels, 'berth.dev/environment': null } }],
    [
      'that is called something else than an environment',
      { name: `dev-${suffix}`, labels: { ...labels, 'berth.dev/environment': 'no' } },
    ],
    ['without Pod Security', { name: `dev-${suffix}`, labels: { 'berth.dev/environment': 'true' } }],
    [
      'with a Pod Security before the one that was checked',
      { name: `dev-${suffix}`, labels: { ...labels, 'pod-security.kubernetes.io/enforce-version': 'v1.35' } },
    ],
  ])('%s', async (_, metadata) => {
    expect(await make(metadata)).toMatchObject({
      status: 403,
      message: expect.stringContaining('ValidatingAdmissionPolicy'),
    });
    expect((await make({ name: `dev-${suffix}`, labels })).status).toBe(201);
  });
});

describe('the label of environments', () => {
  const BY_LABEL = {
    status: 403,
    message: expect.stringContaining("ValidatingAdmissionPolicy 'berth-environment-label'"),
  };
  const label = (value: string | null) => ({ metadata: { labels: { 'berth.dev/environment': value } } });

  it.each(places)('is given to %s by nobody, an administrator included', async (place) => {
    for (const subresource of ['', '/status']) {
      expect(await admin().patch(`/api/v1/namespaces/${PLACES[place]}${subresource}`, label('true'))).toMatchObject(
        BY_LABEL,
      );
    }
  });

  it('is given to no new namespace by an administrator', async () => {
    const metadata = { name: `dev-${suffix}`, ...label('true').metadata };

    expect(await admin().rehearse('/api/v1/namespaces', { metadata })).toMatchObject(BY_LABEL);
  });

  it('is taken from an environment by nobody', async () => {
    for (const account of [admin(), asWorker()]) {
      for (const value of [null, 'no']) {
        expect(await account.patch(`/api/v1/namespaces/${mine.namespace}`, label(value))).toMatchObject(BY_LABEL);
      }
    }
  });
});
