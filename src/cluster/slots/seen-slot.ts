import type { V1Namespace } from '@kubernetes/client-node';
import type { Life, Namespace } from '../../environment/life.ts';
import type { Proof } from '../../environment/proof.ts';
import type { Specification } from '../../environment/request.ts';
import { SLOT_STATES, type SlotState } from '../../environment/slot.ts';
import { SLOT_LABEL } from '../objects/labels.ts';
import { ANNOTATION } from '../ownership.ts';
import { parsed, recall } from '../recall.ts';

/** A warm slot as its namespace was seen. */
export interface SeenSlot {
  namespace: Namespace;
  /** The resource version that it was seen at: a change of what it names is refused where it was changed since. */
  version: string;
  specification: Specification;
  /** Whose run made it. */
  life: Life;
  state: SlotState;
  createdAt: Date;
  /** What packets have shown, where its template demands it. */
  isolation?: Proof;
}

/** @returns `undefined` where a namespace is no slot, or none of ours */
export function seenSlot(ownershipKey: Buffer, live: V1Namespace): SeenSlot | undefined {
  const state = slotState(live);
  const remembered = state && recall(ownershipKey, live);
  if (state === undefined || remembered === undefined) return undefined;
  const { namespace, specification, life } = remembered;
  const { resourceVersion = '', creationTimestamp = 0, deletionTimestamp, annotations = {} } = live.metadata ?? {};
  const proof = annotations[ANNOTATION.proof];
  return {
    namespace,
    version: resourceVersion,
    specification,
    life,
    state: deletionTimestamp === undefined ? state : 'going',
    createdAt: new Date(creationTimestamp),
    ...(proof !== undefined && { isolation: parsed(proof) as Proof }),
  };
}

/** What a slot is doing by its label; `undefined` where it is none. */
export function slotState({ metadata }: V1Namespace): SlotState | undefined {
  return SLOT_STATES.find((state) => state === metadata?.labels?.[SLOT_LABEL]);
}
