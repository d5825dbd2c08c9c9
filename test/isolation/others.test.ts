import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asAdministrator } from './apiserver.ts';
import { allResources, attempt, isUnauthorised, qualified, type Resource, verbsOf } from './attempts.ts';
import { type Home, home } from './home.ts';

/** What an account may ask about itself; every account of the cluster may. */
const ABOUT_ONESELF = [
  'create selfsubjectaccessreviews.authorization.k8s.io',
  'create selfsubjectreviews.authentication.k8s.io',
  'create selfsubjectrulesreviews.authorization.k8s.io',
];

let mine: Home;
let another: Home;
let resources: Resource[];

beforeAll(async () => {
  [mine, another] = await Promise.all([home(), home()]);
  resources = await allResources(mine.developer);
});
afterAll(async () => {
  await Promise.all([mine?.end(), another?.end()]);
});

/** All verbs on all resources. @returns which of them were answered with anything but a refusal by RBAC */
async function notRefused(wanted: (resource: Resource) => boolean, place: { namespace: string; object: string }) {
  const attempts = resources
    .filter(wanted)
    .flatMap((resource) => verbsOf(resource).map((verb) => ({ resource, verb })));
  expect(attempts.length).toBeGreaterThan(100);
  const answered = await Promise.all(
    attempts.map(async ({ resource, verb }) => ({
      what: `${verb} ${qualified(resource)}`,
      answer: await attempt(mine.developer, verb, resource, place),
    })),
  );
  return answered.filter(({ answer }) => !isUnauthorised(answer)).map(({ what }) => what);
}

describe('a developer, by every verb on every resource that the apiserver has,', () => {
  it('reaches nothing in kube-system', async () => {
    expect(await notRefused(({ namespaced }) => namespaced, { namespace: 'kube-system', object: 'any' })).toEqual([]);
  });

  it('reaches nothing in another environment, by the names of what is there', async () => {
    for (const object of ['deny-all', 'developer']) {
      expect(await notRefused(({ namespaced }) => namespaced, { namespace: another.namespace, object })).toEqual([]);
    }
  });

  it('reaches nothing that lies in no namespace, but answers about themselves', async () => {
    const reached = await notRefused(({ namespaced }) => !namespaced, { namespace: '', object: 'any' });

    expect(reached.sort()).toEqual(ABOUT_ONESELF);
  });

  it('can neither read nor change the namespace of their own environment, nor that of another', async () => {
    const isNamespace = ({ name }: Resource) => /^namespaces(\/|$)/.test(name);
    const namespaces = resources.filter(isNamespace);
    expect(namespaces.map(({ name }) => name)).toContain('namespaces/finalize');

    for (const object of [mine.namespace, another.namespace, 'kube-system']) {
      for (const resource of namespaces) {
        for (const verb of verbsOf(resource)) {
          const answer = await attempt(mine.developer, verb, resource, { namespace: '', object });
          expect({ verb, object, refused: isUnauthorised(answer) }).toEqual({ verb, object, refused: true });
        }
      }
    }
  });

  it('reads nothing across all namespaces at once', async () => {
    const lists = resources.filter(({ namespaced, name }) => namespaced && !name.includes('/'));
    const answers = await Promise.all(lists.map(({ root, name }) => mine.developer.get(`${root}/${name}`)));

    expect(answers.length).toBeGreaterThan(20);
    expect(answers.filter((answer) => !isUnauthorised(answer))).toEqual([]);
  });
});

describe('a developer', () => {
  it.each(['/metrics', '/logs/', '/debug/pprof/', '/configz', '/flagz'])(
    'is refused the apiserver’s own %s',
    async (path) => {
      expect((await mine.developer.get(path)).status).toBe(403);
      expect((await asAdministrator().get(path)).status).not.toBe(403);
    },
  );
});
