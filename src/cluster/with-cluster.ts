import type { KubeConfig } from '@kubernetes/client-node';
import { type Cluster, connectCluster } from './client.ts';
import type { TransportOptions } from './transport.ts';

/** Does something with a cluster, over connections that end with it. */
export async function withCluster<T>(
  kubeConfig: KubeConfig,
  options: TransportOptions,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await connectCluster(kubeConfig, options);
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}
