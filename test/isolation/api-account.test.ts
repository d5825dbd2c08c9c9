import { readFileSync } from 'node:fs';
import { describe, expect, inject, it } from 'vitest';
import { processesOf } from '../local/start-command.ts';
import { asAdministrator } from './apiserver.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** Made, and removed again, by tests of what an operator may allow besides. */
const OPTIONAL = ['berth-scaling', 'any-scale'];

interface Binding {
  metadata: { name: string };
  roleRef: { name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

describe('the API', () => {
  it('has no account on the cluster: the worker’s is the only one of Berth’s that has rights', async () => {
    const lists = await Promise.all(
      ['clusterrolebindings', 'rolebindings'].map((kind) =>
        asAdministrator().get<{ items: Binding[] }>(`${RBAC}/${kind}`),
      ),
    );
    const bindings = lists
      .flatMap(({ body }) => body.items)
      .filter(({ metadata }) => !OPTIONAL.includes(metadata.name));
    const ofBerth = bindings.flatMap(({ roleRef, subjects = [] }) =>
      subjects.filter(({ namespace }) => namespace === 'berth-system').map(({ name }) => `${name}: ${roleRef.name}`),
    );

    expect(ofBerth).toEqual(['berth-worker: berth-worker']);
  });

  it('is started with nothing that leads to the cluster, as the worker is', (context) => {
    if (process.platform !== 'linux') context.skip('reads /proc');
    const variablesOf = (program: string): string[] => {
      const [pid] = [...processesOf(inject('servers').stateDir)].find(([, command]) => command.includes(program)) ?? [];
      const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return variables.map((variable) => variable.replace(/=.*$/s, ''));
    };

    const ways = ['KUBECONFIG', 'BERTH_OWNERSHIP_KEY_FILE'];
    expect(variablesOf('src/worker/main.ts')).toEqual(expect.arrayContaining(ways));
    const ofApi = variablesOf('src/api/main.ts');
    expect(ofApi).toContain('BERTH_TOKENS_FILE');
    for (const way of ways) expect(ofApi).not.toContain(way);
  });
});
