import type { V1Deployment, V1Pod, V1PodList } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Home, home } from './home.ts';
import { container, pod } from './objects.ts';
import { type Fixture, type PodSecurityFixtures, podSecurityFixtures } from './pod-security-fixtures.ts';

const BY_POD_SECURITY = /violates PodSecurity "restricted:v1\.36": /;
/** These an apiserver may refuse before it asks Pod Security: one that lets no pod be privileged, wherever it is. */
const BEFORE_POD_SECURITY: Record<string, RegExp> = {
  privileged: /securityContext\.privileged: Forbidden: disallowed by cluster policy/,
  windowshostprocess: /hostProcess containers are disallowed by cluster policy/,
  procmount: /`hostUsers` must be false to use `Unmasked`/,
};

let mine: Home;
let fixtures: PodSecurityFixtures;
beforeAll(async () => {
  [mine, fixtures] = await Promise.all([home(), podSecurityFixtures()]);
});
afterAll(() => mine?.end());

/** What becomes of each, by its name. */
async function outcomes(pods: Fixture[]): Promise<Record<string, string>> {
  const answers = pods.map(async ({ name, pod }) => {
    const { status, message } = await mine.developer.rehearse(mine.at('pods'), pod);
    if (status === 201) return [name, 'admitted'];
    const isExpected = [BY_POD_SECURITY, BEFORE_POD_SECURITY[name.replace(/\d+$/, '')]].some((rule) =>
      rule?.test(message),
    );
    return [name, isExpected ? 'rejected' : `${status}: ${message}`];
  });
  return Object.fromEntries(await Promise.all(answers));
}

function each(pods: Fixture[], outcome: string): Record<string, string> {
  return Object.fromEntries(pods.map(({ name }) => [name, outcome]));
}

describe('of the pods by which Kubernetes tests its Pod Security, an environment', () => {
  it.each(['baseline', 'restricted'] as const)('rejects every one that violates %s', async (level) => {
    const violating = fixtures.of(level, 'fail');
    expect(violating.length).toBeGreaterThan(30);

    expect(await outcomes(violating)).toEqual(each(violating, 'rejected'));
  });

  it('admits every one that keeps to restricted', async () => {
    const conforming = fixtures.of('restricted', 'pass');
    expect(conforming.length).toBeGreaterThan(20);

    expect(await outcomes(conforming)).toEqual(each(conforming, 'admitted'));
  });
});

describe('a pod that Pod Security rejects', () => {
  const root = container({ securityContext: { runAsUser: 0 } });

  it('comes into an environment by no deployment either', async () => {
    const { developer, at } = mine;
    const labels = { app: 'root' };
    const deployment = at('deployments/root', 'apis/apps/v1');
    const { status } = await developer.create(at('deployments', 'apis/apps/v1'), {
      kind: 'Deployment',
      metadata: { name: 'root' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: pod('', { containers: [root] }).spec },
      },
    });
    const conditions = async () =>
      JSON.stringify((await developer.get<V1Deployment>(deployment)).body.status?.conditions);

    expect(status).toBe(201);
    await expect.poll(conditions, { timeout: 20_000 }).toContain('violates PodSecurity');
    const { body } = await developer.get<V1PodList>(`${at('pods')}?labelSelector=app=root`);
    expect(body.items).toEqual([]);
  });

  it('does not grow out of one that was not', async () => {
    const { developer, at } = mine;
    await developer.create(at('pods'), { kind: 'Pod', ...pod('modest') });
    const ephemeralContainers = [
      { name: 'debug', image: 'registry.example/any', securityContext: { privileged: true } },
    ];

    for (const [path, spec] of [
      ['pods/modest', { containers: [{ name: 'main', securityContext: { privileged: true } }] }],
      ['pods/modest/ephemeralcontainers', { ephemeralContainers }],
    ] as const) {
      const answer = await developer.call('PATCH', at(path), {
        body: { spec },
        type: 'application/strategic-merge-patch+json',
      });
      expect(answer.status).toBeOneOf([403, 422]);
    }
    const { body } = await developer.get<V1Pod>(at('pods/modest'));
    expect(JSON.stringify(body.spec)).not.toContain('"privileged":true');
  });
});
