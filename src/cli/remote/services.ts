import type { KubeConfig, V1Pod, V1Service } from '@kubernetes/client-node';
import { Failure } from '../command.ts';
import { choose, lookUp, type Target } from './pods.ts';

/**
 * Finds a pod behind a service, and which of its ports is meant.
 * @throws Failure where there is none
 */
export function findBehind(
  kubeConfig: KubeConfig,
  namespace: string,
  service: string,
  port: number,
): Promise<Target & { port: number }> {
  return lookUp(kubeConfig, async (cluster) => {
    const reference = { apiVersion: 'v1', kind: 'Service', metadata: { name: service, namespace } };
    const found = await cluster.read<V1Service>(reference);
    if (found === undefined) throw new Failure(`The environment has no service '${service}'.`);
    const pods = await cluster.list<V1Pod>({ apiVersion: 'v1', kind: 'Pod' }, namespace);
    const behind = pods.filter((pod) => isSelected(found, pod));
    const target = choose(behind, '');
    const pod = behind.find(({ metadata }) => metadata?.name === target.pod);
    return { ...target, port: portBehind(found, pod, port) };
  });
}

/**
 * The port of a pod that a port of its service leads to.
 * @throws Failure where the service has no such port
 */
export function portBehind({ metadata, spec }: V1Service, pod: V1Pod | undefined, port: number): number {
  const ports = spec?.ports ?? [];
  const asked = ports.find((other) => other.port === port);
  if (asked === undefined) {
    const all = ports.map((other) => other.port).join(', ');
    throw new Failure(`The service '${metadata?.name}' has no port ${port}. It has: ${all}.`);
  }
  const { targetPort = port } = asked;
  if (typeof targetPort === 'number') return targetPort;
  const named = pod?.spec?.containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === targetPort);
  if (named === undefined) throw new Failure(`The pod has no port '${targetPort}', which the service leads to.`);
  return named.containerPort;
}

function isSelected({ spec }: V1Service, { metadata }: V1Pod): boolean {
  const selector = Object.entries(spec?.selector ?? {});
  return selector.length > 0 && selector.every(([name, value]) => metadata?.labels?.[name] === value);
}
