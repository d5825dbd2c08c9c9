import { ENVIRONMENT, MANAGED, selectorOf } from '../objects/labels.ts';

/** A kind that is watched, and how the apiserver calls it. */
export interface WatchedKind {
  apiVersion: string;
  kind: string;
  path: string;
  /** Which labels its objects must have to be watched. */
  labels?: string;
}

const managed = (kind: string, apiVersion = 'v1'): WatchedKind => ({
  ...whole(kind, apiVersion),
  labels: selectorOf(MANAGED),
});

/** Of these, what somebody adds bears no label of ours. */
function whole(kind: string, apiVersion: string): WatchedKind {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const plural = kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  return { apiVersion, kind, path: `${root}/${plural.toLowerCase()}` };
}

/** The namespaces of environments. */
export const NAMESPACES: WatchedKind = { ...whole('Namespace', 'v1'), labels: selectorOf(ENVIRONMENT) };

/** All kinds that an environment consists of: see objects/desired.ts. */
export const KINDS: readonly WatchedKind[] = [
  whole('NetworkPolicy', 'networking.k8s.io/v1'),
  whole('RoleBinding', 'rbac.authorization.k8s.io/v1'),
  managed('ResourceQuota'),
  managed('LimitRange'),
  managed('ServiceAccount'),
  managed('ConfigMap'),
  managed('PersistentVolumeClaim'),
  managed('Service'),
  managed('Deployment', 'apps/v1'),
];
