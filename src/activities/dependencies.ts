import type { Cluster } from '../cluster/client.ts';
import type { ClusterConnection } from '../cluster/kubeconfig.ts';
import type { ProofOptions } from '../cluster/proof/verify-isolation.ts';
import type { Workflows } from './workflows.ts';

/** What activities work with. */
export interface Dependencies {
  cluster: Cluster;
  /** Makes and checks the mark of ownership. 32 bytes. */
  ownershipKey: Buffer;
  /** What the isolation of environments is proved with. */
  proof: ProofOptions;
  /** How developers reach the cluster, which may be another way than the worker's. */
  entrance: ClusterConnection;
  workflows: Workflows;
  /** How long after its provisioning must have ended a namespace is left that nobody was given. */
  sweepGraceMs: number;
}
