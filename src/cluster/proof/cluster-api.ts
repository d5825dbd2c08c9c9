import type { V1EndpointSlice, V1Service } from '@kubernetes/client-node';
import type { Cluster } from '../client.ts';
import { ClusterError } from '../errors.ts';
import type { Addresses } from './plan.ts';

/** As the apiserver itself calls its service and what stands behind it. */
const NAME = { namespace: 'default', name: 'kubernetes' };

/**
 * Where pods may try to reach the apiserver: its service, and what stands behind it.
 * @throws ClusterError where the cluster knows no such service
 */
export async function clusterApiAddresses(cluster: Cluster, signal?: AbortSignal): Promise<Addresses['clusterApi']> {
  const [services, behind] = await Promise.all([
    cluster.list<V1Service>({ apiVersion: 'v1', kind: 'Service' }, NAME.namespace, { signal }),
    cluster.read<V1EndpointSlice>({ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: NAME }, signal),
  ]);
  const service = services.find(({ metadata }) => metadata?.name === NAME.name)?.spec;
  const [port] = service?.ports ?? [];
  if (service?.clusterIPs === undefined || port === undefined) {
    const message = `The cluster has no service ${NAME.name} in ${NAME.namespace}: where is its apiserver?`;
    throw new ClusterError(message, { class: 'final' });
  }
  const endpoints = behind?.endpoints?.flatMap(({ addresses }) => addresses) ?? [];
  const ports = behind?.ports?.flatMap(({ port }) => port ?? []) ?? [];
  return [
    ...service.clusterIPs.map((host) => ({ host, port: port.port })),
    ...endpoints.flatMap((host) => ports.map((port) => ({ host, port }))),
  ];
}
