import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { Client, Connection } from '@temporalio/client';
import { type Cluster, connectCluster } from '../../../src/cluster/client.ts';
import type { Servers } from '../../../src/local/servers.ts';

/** Where paths are played: real servers, and a worker that serves them. */
export interface Stage {
  /** Temporal, as the API reaches it. */
  readonly client: Client;
  /** The cluster, with an administrator's rights. */
  readonly cluster: Cluster;
  /** The same, for requests that Berth has no use for. */
  readonly api: KubernetesObjectApi;
}

/** Plays on the servers given, and lets go of them. */
export async function onStage(servers: Servers, play: (stage: Stage) => Promise<void>): Promise<void> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(servers.adminKubeconfig);
  const cluster = await connectCluster(kubeConfig);
  // A history that has grown long is longer than what a client takes by itself.
  const channelArgs = { 'grpc.max_receive_message_length': -1 };
  const connection = await Connection.connect({ address: servers.temporal, channelArgs });
  try {
    await play({ client: new Client({ connection }), cluster, api: KubernetesObjectApi.makeApiClient(kubeConfig) });
  } finally {
    await Promise.all([connection.close(), cluster.close()]);
  }
}
