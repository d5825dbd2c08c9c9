import type { V1Container, V1Deployment } from '@kubernetes/client-node';
import type { DesiredObject } from '../../src/cluster/objects/desired.ts';

/** A value inside an object, such as a test changes it. */
export type Node = Record<string, unknown> | unknown[];

/**
 * An object as the apiserver (1.36) answers it after it was applied: with its defaults and book-keeping, amounts in its
 * own spelling, empty lists left out. verify-live.test.ts holds this against a real one.
 */
export function answered(object: DesiredObject): DesiredObject {
  const answer = withoutEmptyLists(structuredClone(object)) as DesiredObject & { spec?: Record<string, unknown> };
  Object.assign(answer.metadata, { uid: 'u-1', resourceVersion: '7', creationTimestamp: new Date(0) });
  respell(answer);
  if (object.kind === 'Deployment') completeDeployment(answer as unknown as V1Deployment);
  if (object.kind === 'PersistentVolumeClaim')
    Object.assign(answer.spec ?? {}, { storageClassName: 'local', volumeMode: 'Filesystem', volumeName: 'pvc-1' });
  if (object.kind === 'Service')
    Object.assign(answer.spec ?? {}, { clusterIP: '10.96.0.7', ipFamilies: ['IPv4'], sessionAffinity: 'None' });
  return Object.assign(answer, 'spec' in answer ? { status: { phase: 'Active' } } : {});
}

function completeDeployment({ spec }: V1Deployment): void {
  if (spec === undefined) throw new Error('A deployment has a spec.');
  Object.assign(spec, { progressDeadlineSeconds: 600, revisionHistoryLimit: 10 });
  if (spec.strategy?.type === 'RollingUpdate') spec.strategy.rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%' };
  const pod = spec.template.spec;
  Object.assign(pod ?? {}, { dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', terminationGracePeriodSeconds: 30 });
  for (const container of pod?.containers ?? []) completeContainer(container);
  for (const { configMap } of pod?.volumes ?? []) if (configMap) configMap.defaultMode = 420;
}

function completeContainer(container: V1Container): void {
  Object.assign(container, { imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log' });
  if (container.readinessProbe) Object.assign(container.readinessProbe, { failureThreshold: 3, timeoutSeconds: 1 });
  if (container.readinessProbe?.httpGet) container.readinessProbe.httpGet.scheme = 'HTTP';
}

/** Amounts come back in their shortest spelling: a whole number of thousandths as a number. */
function respell(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    const thousands =
      typeof value === 'string' && /^(?:cpu|requests\.cpu|limits\.cpu)$/.test(key) && /^\d+000m$/.test(value);
    if (thousands) (node as Record<string, unknown>)[key] = value.slice(0, -'000m'.length);
    else respell(value);
  }
}

function withoutEmptyLists(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutEmptyLists);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutEmptyLists(value)]));
}

/** Every place of a value: where it is, and what holds it under which key. */
export function places(root: Node, path = ''): { path: string; keys: (string | number)[] }[] {
  return Object.entries(root).flatMap(([key, value]) => {
    const name = Array.isArray(root) ? Number(key) : key;
    const here = `${path}/${key}`;
    const below = typeof value === 'object' && value !== null ? places(value as Node, here) : [];
    return [{ path: here, keys: [name] }, ...below.map(({ path, keys }) => ({ path, keys: [name, ...keys] }))];
  });
}

/** What stands at a place, or the value itself without keys. */
export function at(root: unknown, keys: readonly (string | number)[]): unknown {
  return keys.reduce<unknown>((node, key) => (node as Record<string | number, unknown>)[key], root);
}
