import type { V1NetworkPolicy, V1NetworkPolicySpec } from '@kubernetes/client-node';
import { reachOf } from '../../environment/reach.ts';
import type { Guards } from '../../environment/recipe.ts';
import { MANAGED } from './labels.ts';

/** Everyone, both ways, nothing: the first object of every environment. */
export function denyAll(namespace: string): V1NetworkPolicy {
  return policy(namespace, 'deny-all', {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
    egress: [],
  });
}

/** What the template opens in spite of deny-all. Policies add up: nothing here can be taken away by another. */
export function allowances(namespace: string, guards: Guards): V1NetworkPolicy[] {
  const { dns, within, destinations } = reachOf(guards);
  const policies: V1NetworkPolicy[] = [];
  if (dns) policies.push(allowDns(namespace));
  if (within) policies.push(allowWithin(namespace));
  for (const { name, cidr, except, ports, protocol } of destinations) {
    const ipBlock = { cidr, ...(except && { except }) };
    policies.push(
      policy(namespace, `allow-to-${name}`, {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock }], ports: ports.map((port) => ({ port, protocol })) }],
      }),
    );
  }
  return policies;
}

/** One peer with both selectors: the DNS pods in kube-system, not every pod there nor DNS-labelled pods elsewhere. */
function allowDns(namespace: string): V1NetworkPolicy {
  const dnsPods = {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  };
  const ports = ['UDP', 'TCP'].map((protocol) => ({ protocol, port: 53 }));
  return policy(namespace, 'allow-dns', {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [dnsPods], ports }],
  });
}

function allowWithin(namespace: string): V1NetworkPolicy {
  const ownPods = [{ podSelector: {} }];
  return policy(namespace, 'allow-within', {
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ _from: ownPods }],
    egress: [{ to: ownPods }],
  });
}

function policy(namespace: string, name: string, spec: V1NetworkPolicySpec): V1NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, labels: MANAGED },
    spec,
  };
}
