import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, sleep, startChild, uuid4 } from '@temporalio/workflow';
import type { Order } from '../capacity/orders.ts';
import type { Specification } from '../environment/request.ts';
import { slotIdentity } from '../environment/slot.ts';
import { surveying } from './activity-options.ts';
import { SlotWorkflow } from './slot.ts';
import { slotOptions } from './slot-options.ts';

/** So many slots are begun at once, and then so many a second: the cluster is there for people first. */
const [BURST, A_SECOND] = [20, 10];
/** Nobody needs to tell slots apart by more. */
const ID_LENGTH = 12;

/** Begins to make slots. None of them is waited for. */
export async function fill(orders: readonly Order[]): Promise<void> {
  const known = new Map<string, Specification | null>();
  for (let from = 0; from < orders.length; ) {
    if (from > 0) await sleep('1s');
    const some = orders.slice(from, from + (from === 0 ? BURST : A_SECOND));
    for (const order of some) if (!known.has(order.digest)) known.set(order.digest, await specify(order));
    await Promise.all(some.map((order) => begin(order, known.get(order.digest) ?? null)));
    from += some.length;
  }
}

async function specify({ template: name, digest }: Order): Promise<Specification | null> {
  return (await surveying.specifySlots({ name, digest })).value;
}

async function begin({ template, identity }: Order, of: Specification | null): Promise<void> {
  if (of === null) return;
  const own = identity ?? slotIdentity(template, uuid4().replaceAll('-', '').slice(0, ID_LENGTH));
  try {
    await startChild(SlotWorkflow, {
      ...slotOptions({ ...of, ...own }),
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    // Somebody's is made once.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
