import type { Cluster } from '../cluster/client.ts';

/** What activities work with. */
export interface Dependencies {
  cluster: Cluster;
  /** Makes and checks the mark of ownership. 32 bytes. */
  ownershipKey: Buffer;
}
