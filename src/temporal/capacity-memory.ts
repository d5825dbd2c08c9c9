import type { Client } from '@temporalio/client';
import type { CapacityMemo } from '../workflows/messages.ts';

/** The record of demand is written when it changes, which is every few minutes: so many plans it is looked for. */
const MOST_LOOKED_AT = 200;
/** About as many as must be looked at: memos are large, and a page of them has a thousand else. */
const PAGE = 20;

/** What plans have left to be remembered. Both are missing where there was none. */
export type CapacityMemory = Partial<Pick<CapacityMemo, 'ledger' | 'demand'>>;

/** Reads what the last plans have left, as Temporal lists them, which lags a moment behind. */
export async function capacityMemory(client: Client): Promise<CapacityMemory> {
  const found: CapacityMemory = {};
  let looked = 0;
  // The latest comes first. What was only planned has a memo that remembers nothing.
  const query = `WorkflowType = 'CapacityWorkflow' AND ExecutionStatus = 'Completed'`;
  for await (const { memo } of client.workflow.list({ query, pageSize: PAGE })) {
    const { ledger, demand } = (memo ?? {}) as Partial<CapacityMemo>;
    if (ledger !== undefined) found.ledger ??= ledger;
    if (demand !== undefined) found.demand ??= demand;
    if (found.demand !== undefined || ++looked >= MOST_LOOKED_AT) break;
  }
  return found;
}
