import type { V1Namespace } from '@kubernetes/client-node';
import type { Identity } from '../environment/identity.ts';
import type { SlotState } from '../environment/slot.ts';
import type { Cluster } from './client.ts';
import { ENVIRONMENT, selectorOf } from './objects/labels.ts';
import { ANNOTATION, isOurs } from './ownership.ts';
import { isNeighbour } from './proof/neighbour.ts';
import { type Remembered, recall } from './recall.ts';
import { slotState } from './slots/seen-slot.ts';

/** A namespace that bears Berth's label, as far as our key tells what it is. */
export type Examined = { name: string; uid: string } & (
  | { mark: 'foreign' }
  | { mark: 'neighbour' | 'unreadable'; identity: Identity }
  | Ours
);

/** What bears our mark, and can be read. */
interface Ours {
  mark: 'ours';
  identity: Identity;
  remembered: Remembered;
  createdAt: Date;
  deletedAt?: Date;
  hasEnded: boolean;
  /** What it is doing, where it is a warm slot. */
  slot?: SlotState;
}

/** All namespaces that bear Berth's label, those of other installations too, page by page. */
export async function* labelledNamespaces(cluster: Cluster, signal?: AbortSignal): AsyncGenerator<V1Namespace[]> {
  const kind = { apiVersion: 'v1', kind: 'Namespace' };
  for await (const { items } of cluster.pages<V1Namespace>(kind, selectorOf(ENVIRONMENT), signal)) yield items;
}

/** What a namespace is to us. */
export function examine(ownershipKey: Buffer, namespace: V1Namespace): Examined {
  const { name = '', uid = '', annotations = {}, creationTimestamp = 0, deletionTimestamp } = namespace.metadata ?? {};
  const identity = { dev_id: annotations[ANNOTATION.developer] ?? '', project: annotations[ANNOTATION.project] ?? '' };
  if (isNeighbour(ownershipKey, namespace)) return { name, uid, mark: 'neighbour', identity };
  const remembered = recall(ownershipKey, namespace);
  if (remembered !== undefined) {
    const slot = slotState(namespace);
    const seen = {
      createdAt: new Date(creationTimestamp),
      hasEnded: annotations[ANNOTATION.ended] !== undefined,
      ...(slot !== undefined && { slot }),
      ...(deletionTimestamp !== undefined && { deletedAt: new Date(deletionTimestamp) }),
    };
    return { name, uid, mark: 'ours', identity, remembered, ...seen };
  }
  return isOurs(ownershipKey, namespace, identity)
    ? { name, uid, mark: 'unreadable', identity }
    : { name, uid, mark: 'foreign' };
}
