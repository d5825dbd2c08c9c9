import type { V1Namespace } from '@kubernetes/client-node';
import { ENVIRONMENT, MANAGED } from './labels.ts';

/** The Pod Security Standard in force, at the version whose rules were checked: a cluster's upgrade does not change them. */
const POD_SECURITY = { level: 'restricted', version: 'v1.36' };

const podSecurityLabels = Object.fromEntries(
  ['enforce', 'audit', 'warn'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, POD_SECURITY.level],
    [`pod-security.kubernetes.io/${mode}-version`, POD_SECURITY.version],
  ]),
);

/** What a namespace has beside what all of Berth's have. */
export interface Particular {
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}

/** The namespace of an environment. With a uid, an apply of it touches that very namespace or fails as a conflict. */
export function namespaceObject(
  name: string,
  { annotations = {}, labels }: Particular = {},
  uid?: string,
): V1Namespace {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { ...MANAGED, ...ENVIRONMENT, ...podSecurityLabels, ...labels },
      annotations,
      ...(uid !== undefined && { uid }),
    },
  };
}
