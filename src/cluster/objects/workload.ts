import type { V1ConfigMap, V1Deployment, V1PersistentVolumeClaim, V1Service } from '@kubernetes/client-node';
import type { Pod, Workload } from '../../environment/recipe.ts';
import { MANAGED, POD_LABEL } from './labels.ts';
import { podSpec } from './pod.ts';

/** What pods need before they start. */
export function workloadPrerequisites(
  namespace: string,
  workload: Workload,
): (V1ConfigMap | V1PersistentVolumeClaim)[] {
  const configMaps = Object.entries(workload.config).map(
    ([name, data]): V1ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace, labels: MANAGED },
      ...(Object.keys(data).length > 0 && { data }),
    }),
  );
  const claims = Object.entries(workload.volumes).map(
    ([name, { size }]): V1PersistentVolumeClaim => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace, labels: MANAGED },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
    }),
  );
  return [...configMaps, ...claims];
}

/** The pods, kept running by deployments; asleep, the deployments stay and have none. */
export function deployments(namespace: string, workload: Workload, { asleep }: { asleep: boolean }): V1Deployment[] {
  return Object.entries(workload.pods).map(([name, pod]) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: MANAGED },
    spec: {
      replicas: asleep ? 0 : pod.replicas,
      selector: { matchLabels: { [POD_LABEL]: name } },
      strategy: strategy(pod),
      template: { metadata: { labels: { ...MANAGED, [POD_LABEL]: name } }, spec: podSpec(name, pod) },
    },
  }));
}

/** The names by which pods reach each other. */
export function services(namespace: string, workload: Workload): V1Service[] {
  return Object.entries(workload.services).map(([name, { pod, port, target }]) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: MANAGED },
    spec: { type: 'ClusterIP', selector: { [POD_LABEL]: pod }, ports: [{ port, targetPort: target, protocol: 'TCP' }] },
  }));
}

/** A volume is written by one pod at a time, so the old pod goes before the new one comes. */
function strategy(pod: Pod): { type: string } {
  return { type: Object.keys(pod.volumes).length > 0 ? 'Recreate' : 'RollingUpdate' };
}
