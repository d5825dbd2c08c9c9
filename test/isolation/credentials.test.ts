import type { V1Pod, V1SelfSubjectAccessReview } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer } from './apiserver.ts';
import { attempt, isUnauthorised } from './attempts.ts';
import { type Home, home } from './home.ts';
import { pod } from './objects.ts';

const RBAC = 'apis/rbac.authorization.k8s.io/v1';
const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };

let mine: Home;
let another: Home;
beforeAll(async () => {
  [mine, another] = await Promise.all([home(), home()]);
});
afterAll(async () => {
  await Promise.all([mine?.end(), another?.end()]);
});

describe('a developer', () => {
  it.each(['default', 'developer'])('mints no token for the service account %s', async (account) => {
    for (const { at } of [mine, another]) {
      const answer = await mine.developer.create(at(`serviceaccounts/${account}/token`), { spec: {} });
      expect(isUnauthorised(answer)).toBe(true);
    }
  });

  it('makes no secret that the cluster would fill with a lasting token', async () => {
    const { developer, at } = mine;
    const annotations = { 'kubernetes.io/service-account.name': 'developer' };
    const secret = { kind: 'Secret', metadata: { name: 'lasting', annotations } };

    expect(
      await developer.create(at('secrets'), { ...secret, type: 'kubernetes.io/service-account-token' }),
    ).toMatchObject({ status: 403, message: expect.stringContaining('cannot hold the token of a service account') });
    expect(await developer.rehearse(at('secrets'), secret)).toMatchObject({ status: 201 });
  });

  it('acts as nobody else', async () => {
    const { developer, at } = mine;

    for (const headers of [
      { 'Impersonate-User': 'system:serviceaccount:berth-system:berth-worker' },
      { 'Impersonate-User': 'anyone', 'Impersonate-Group': 'system:masters' },
    ]) {
      const answer = await developer.call('GET', at('pods'), { headers });
      expect(answer).toMatchObject({ status: 403, message: expect.stringContaining('cannot impersonate') });
    }
  });

  it.each([
    ['roles', { kind: 'Role', metadata: { name: 'more' }, rules }],
    [
      'rolebindings',
      {
        kind: 'RoleBinding',
        metadata: { name: 'more' },
        roleRef,
        subjects: [{ kind: 'User', name: 'anyone', apiGroup: roleRef.apiGroup }],
      },
    ],
  ])('makes no %s', async (resource, object) => {
    expect(isUnauthorised(await mine.developer.create(mine.at(resource, RBAC), object))).toBe(true);
  });

  it.each(['escalate', 'bind'])('may not %s roles', async (verb) => {
    for (const resource of ['roles', 'clusterroles']) {
      const resourceAttributes = { verb, group: roleRef.apiGroup, resource, namespace: mine.namespace };
      const { status, body } = await mine.developer.create<V1SelfSubjectAccessReview>(
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        {
          spec: { resourceAttributes },
        },
      );
      expect({ status, allowed: body.status?.allowed }).toEqual({ status: 201, allowed: false });
    }
  });
});

describe('a pod', () => {
  const tokens = ({ body }: Answer<V1Pod>) =>
    (body.spec?.volumes ?? []).filter(({ name }) => name.startsWith('kube-api-access'));

  it('has no API token that it did not ask for', async () => {
    const answer = await mine.developer.rehearse<V1Pod>(mine.at('pods'), { kind: 'Pod', ...pod('quiet') });

    expect(answer.status).toBe(201);
    expect(tokens(answer)).toEqual([]);
  });

  it('cannot run under the developer’s account, whose token it could ask for and keep', async () => {
    const sources = [{ serviceAccountToken: { path: 'token', expirationSeconds: 31_536_000 } }];
    const volumes = [{ name: 'token', projected: { sources } }];
    const asked = { kind: 'Pod', ...pod('lasting', { serviceAccountName: 'developer', volumes }) };

    expect(await mine.developer.rehearse(mine.at('pods'), asked)).toMatchObject({
      status: 403,
      message: expect.stringContaining('cannot run under the account developer'),
    });
    expect(
      (await mine.developer.rehearse(mine.at('pods'), { kind: 'Pod', ...pod('lasting', { volumes }) })).status,
    ).toBe(201);
  });

  it('cannot hold up the end of its environment for longer than two minutes', async () => {
    const ending = (seconds: number) => ({ kind: 'Pod', ...pod('slow', { terminationGracePeriodSeconds: seconds }) });

    expect((await mine.developer.rehearse(mine.at('pods'), ending(120))).status).toBe(201);
    expect(await mine.developer.rehearse(mine.at('pods'), ending(121))).toMatchObject({
      status: 403,
      message: expect.stringContaining('120 seconds'),
    });
  });

  it('that asks for one gets one', async () => {
    const asked = { kind: 'Pod', ...pod('asking', { automountServiceAccountToken: true }) };

    expect(tokens(await mine.developer.rehearse<V1Pod>(mine.at('pods'), asked))).toHaveLength(1);
  });
});

describe('a developer’s credentials', () => {
  it('are worth nothing once their environment is gone', async () => {
    const ended = await home();
    expect((await ended.developer.get(ended.at('pods'))).status).toBe(200);

    await ended.end({ wait: true });

    const pods = { root: '/api/v1', name: 'pods', namespaced: true };
    const place = { namespace: ended.namespace, object: 'any' };
    await expect
      .poll(async () => (await attempt(ended.developer, 'list', pods, place)).status, { timeout: 30_000 })
      .toBe(401);
  });
});
