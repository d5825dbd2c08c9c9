import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { desiredObjects } from '../../src/cluster/objects/desired.ts';
import { fullRecipe } from '../environment/recipes.ts';

const recipe = fullRecipe();
const all = desiredObjects('dev-user123', recipe).guards.flat();
const networkPolicy = (name: string) => all.find(({ metadata }) => metadata.name === name) as V1NetworkPolicy;

describe('what the network allows in spite of deny-all', () => {
  test('is DNS: one peer that is both in kube-system and the DNS, by UDP and TCP 53', () => {
    expect(networkPolicy('allow-dns').spec).toEqual({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    });
  });

  test('is the environment’s own pods, both ways, and no other namespace’s', () => {
    const own = [{ podSelector: {} }];
    expect(networkPolicy('allow-within').spec).toMatchObject({ ingress: [{ _from: own }], egress: [{ to: own }] });
    expect(JSON.stringify(networkPolicy('allow-within'))).not.toContain('namespaceSelector');
  });

  test('is each destination on its ports, without the private ranges that lie in it', () => {
    expect(networkPolicy('allow-to-registry').spec?.egress).toEqual([
      {
        to: [{ ipBlock: { cidr: '203.0.113.0/24' } }],
        ports: [
          { port: 443, protocol: 'TCP' },
          { port: 8443, protocol: 'TCP' },
        ],
      },
    ]);
    const [rule] = networkPolicy('allow-to-everywhere').spec?.egress ?? [];
    expect(rule?.ports).toEqual([{ port: 123, protocol: 'UDP' }]);
    expect(rule?.to?.[0]?.ipBlock?.except).toEqual(
      expect.arrayContaining(['169.254.0.0/16', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8']),
    );
    const [rule6] = networkPolicy('allow-to-everywhere6').spec?.egress ?? [];
    expect(rule6?.to?.[0]?.ipBlock?.except).toEqual(expect.arrayContaining(['fc00::/7', 'fe80::/10', '::1/128']));
  });

  test('is nothing at all where the template allows nothing', () => {
    const closed = { ...recipe, guards: { ...recipe.guards, egress: { dns: false, within: false, destinations: {} } } };
    const policies = desiredObjects('dev-user123', closed)
      .guards.flat()
      .filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map(({ metadata }) => metadata.name)).toEqual(['deny-all']);
  });

  test('lets nobody in from outside, whatever the template', () => {
    const ingress = all.flatMap((object) =>
      object.kind === 'NetworkPolicy' ? [(object as V1NetworkPolicy).spec] : [],
    );
    const peers = ingress.flatMap((spec) => spec?.ingress ?? []).map(({ _from }) => _from);
    expect(peers).toEqual([[{ podSelector: {} }]]);
  });
});
