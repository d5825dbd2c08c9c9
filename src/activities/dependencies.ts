import type { Cluster } from '../cluster/client.ts';
import type { ClusterConnection } from '../cluster/kubeconfig.ts';

/** What activities work with. */
export interface Dependencies {
  cluster: Cluster;
  /** Makes and checks the mark of ownership. 32 bytes. */
  ownershipKey: Buffer;
  /** How developers reach the cluster, which may be another way than the worker's. */
  entrance: ClusterConnection;
}
