import type { Peer } from './policy-model.ts';

export type Family = 'IPv4' | 'IPv6';

/** A pod's peer in either family: addresses of a pod differ only by their last number. */
function pod(number: number, namespace: string, podLabels: Record<string, string>, more: Record<string, string> = {}) {
  const namespaceLabels = { 'kubernetes.io/metadata.name': namespace, ...more };
  const peer = (ip: string): Peer => ({ ip, namespace, namespaceLabels, podLabels });
  return { IPv4: peer(`10.244.0.${number}`), IPv6: peer(`fd00:10:244::${number}`) };
}

const outside = (four: string, six: string) => ({ IPv4: { ip: four }, IPv6: { ip: six } });

const WEB = { 'berth.dev/pod': 'web' };
const MANAGED = { 'app.kubernetes.io/managed-by': 'berth' };

/** Who appears in the rows, by the name that rows call them. */
export const CAST: Readonly<Record<string, Record<Family, Peer>>> = {
  'ada/web': pod(1, 'dev-ada', WEB, MANAGED),
  'ada/store': pod(2, 'dev-ada', { 'berth.dev/pod': 'store' }, MANAGED),
  // Somebody else's pod, with the same labels in a namespace with the same labels.
  'bob/web': pod(3, 'dev-bob', WEB, MANAGED),
  'bob/dns-labelled': pod(4, 'dev-bob', { ...WEB, 'k8s-app': 'kube-dns' }, MANAGED),
  'kube-system/dns': pod(5, 'kube-system', { 'k8s-app': 'kube-dns' }),
  'kube-system/other': pod(6, 'kube-system', { 'k8s-app': 'kube-proxy' }),
  'kube-system/unlabelled': pod(7, 'kube-system', {}),
  'elsewhere/dns-labelled': pod(8, 'elsewhere', { 'k8s-app': 'kube-dns' }, { name: 'kube-system' }),
  'elsewhere/web': pod(9, 'elsewhere', WEB, MANAGED),
  registry: outside('203.0.113.7', '2001:db8:5::7'),
  'next-to-registry': outside('203.0.114.7', '2001:db8:6::7'),
  internet: outside('198.51.100.1', '2001:db8:9::1'),
  metadata: outside('169.254.169.254', 'fd00:ec2::254'),
  'node-local-dns': outside('169.254.20.10', 'fe80::1'),
  loopback: outside('127.0.0.1', '::1'),
  'private-10': outside('10.1.2.3', 'fc00::1'),
  'private-172': outside('172.31.255.254', 'fd12:3456:789a::1'),
  'private-192': outside('192.168.0.1', 'fdff:ffff::1'),
  shared: outside('100.127.255.254', 'fe80::ffff'),
  'apiserver-service': outside('10.96.0.1', 'fd00:10:96::1'),
  apiserver: outside('172.20.0.2', 'fd00:172:20::2'),
  node: outside('192.168.7.1', 'fd00:192:168::7'),
  nobody: outside('10.244.0.77', 'fd00:10:244::77'),
};
