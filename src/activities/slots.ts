import { cancellationSignal } from '@temporalio/activity';
import { isolate } from '../cluster/isolate.ts';
import { SLOT_LABEL } from '../cluster/objects/labels.ts';
import { offer, withdraw } from '../cluster/slots/slots.ts';
import { locator } from '../cluster/whereabouts.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Proof } from '../environment/proof.ts';
import type { Specification } from '../environment/request.ts';
import type { SlotState } from '../environment/slot.ts';
import type { Dependencies } from './dependencies.ts';

/** What it takes to make a slot, beside the steps of provisioning. Each may be done twice. */
export function slotActivities({ cluster, ownershipKey }: Dependencies) {
  const located = locator(cluster);
  return {
    /** Creates the namespace of a slot with its guards: from its first moment on it is known as one. */
    async isolateSlot(specification: Specification, life: Life): Promise<Namespace> {
      const signal = cancellationSignal();
      const labels = { [SLOT_LABEL]: 'making' satisfies SlotState };
      return await located(await isolate(cluster, ownershipKey, specification, life, { labels, signal }), signal);
    },

    /** Has it be claimed, from now on. */
    offerSlot: (namespace: Namespace, { run }: Life, isolation: Proof | undefined): Promise<void> =>
      offer(cluster, ownershipKey, namespace, run, isolation, cancellationSignal()),

    /** @returns whether it is nobody's, and to be torn down: it may have been claimed before its maker knew that it was there */
    withdrawSlot: (namespace: Namespace, { run }: Life): Promise<boolean> =>
      withdraw(cluster, ownershipKey, namespace, run, cancellationSignal()),
  };
}
