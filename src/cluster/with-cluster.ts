import type { KubeConfig } from '@kubernetes/client-node';
import { type Cluster, type ClusterOptions, connectCluster } from './client.ts';

/** Does something with a cluster, over connections that end with it. */
export async function withCluster<T>(
  kubeConfig: KubeConfig,
  options: ClusterOptions,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await connectCluster(kubeConfig, options);
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}
