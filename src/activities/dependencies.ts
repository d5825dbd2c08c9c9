import type { Cluster } from '../cluster/client.ts';
import type { ClusterConnection } from '../cluster/kubeconfig.ts';
import type { ProofOptions } from '../cluster/proof/verify-isolation.ts';
import type { Shelf } from '../cluster/slots/claim.ts';
import type { TemplateCatalogue } from '../templates/catalogue.ts';
import type { CapacityHistory } from './capacity/history.ts';
import type { Scaling } from './scaling.ts';
import type { Workflows } from './workflows.ts';

/** The warm slots of the cluster, as this worker sees them. */
export interface Slots {
  shelf: Shelf;
  /** Whether all of a slot is there and runs; `undefined` where no slot of that name was seen to be ready. */
  isWhole(name: string): boolean | undefined;
  /** Is told that one was claimed. */
  onClaim(): void;
  /** Is told that somebody wanted one, and none did. */
  onNone?(): void;
}

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
  history: CapacityHistory;
  slots: Slots;
  /** What slots are made of. */
  templates: TemplateCatalogue;
  /** Missing where servers are not scaled by this. */
  scaling?: Scaling | undefined;
  /** How long after its provisioning must have ended a namespace is left that nobody was given. */
  sweepGraceMs: number;
}
