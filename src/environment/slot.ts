import { type Identity, NOBODYS } from './identity.ts';

/** What a warm slot is doing, as its namespace says: being made, ready to be claimed, or about to be removed. */
export const SLOT_STATES = ['making', 'ready', 'going'] as const;
export type SlotState = (typeof SLOT_STATES)[number];

/** The id of the workflow that makes a slot. */
export function slotWorkflowId({ dev_id, project }: Identity): string {
  return `slot/${dev_id}/${project}`;
}

/**
 * The identity of a slot that is nobody's yet.
 * @param id what tells it from all others: digits and small letters
 */
export function slotIdentity(template: string, id: string): Identity {
  return { dev_id: `slot-${template}-${id}`, project: NOBODYS };
}

/** Whether a slot is prepared for its developer, by name: nobody else gets it. */
export function isPrepared({ project }: Identity): boolean {
  return project !== NOBODYS;
}

/** A slot, as far as it takes to order them. */
interface Aged {
  /** The version of its template that it is made of. */
  digest: string;
  /** In milliseconds since the epoch. */
  createdAt: number;
}

/** The versions of slots, with this one first, and then the newest: by their newest slot. */
export function versionsOf(slots: readonly Aged[], first: string): string[] {
  const newest = new Map<string, number>();
  for (const { digest, createdAt } of slots) newest.set(digest, Math.max(newest.get(digest) ?? 0, createdAt));
  newest.set(first, Number.POSITIVE_INFINITY);
  return [...newest].sort(([one, a], [other, b]) => b - a || (one < other ? -1 : 1)).map(([version]) => version);
}
