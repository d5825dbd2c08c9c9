import type { NodeParts } from './start.ts';

/** A real node, by what it is started from. */
export type RealNode = { readonly kind: 'real' } & NodeParts;
/** A simulated one. */
export interface SimulatedNode {
  readonly kind: 'simulated';
  readonly kwok: string;
}
/** The node of the embedded control plane, by what it is started from. */
export type NodeKind = RealNode | SimulatedNode;
