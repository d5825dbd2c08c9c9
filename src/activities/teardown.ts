import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { deleteNamespace, findNamespace, remains } from '../cluster/teardown.ts';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Dependencies } from './dependencies.ts';

const POLL_MS = 500;
/** A change in what is left is told no sooner, so that a slow end does not fill a history. */
const QUIET_MS = 5000;

/** What it takes to remove an environment. */
export function teardownActivities({ cluster, ownershipKey }: Dependencies) {
  return {
    findNamespace: (identity: Identity, life: Life): Promise<Namespace | undefined> =>
      findNamespace(cluster, ownershipKey, identity, life, cancellationSignal()),

    deleteNamespace: (namespace: Namespace): Promise<string[]> =>
      deleteNamespace(cluster, namespace, cancellationSignal()),

    /** Waits until something else is left than was seen last, or nothing at all. */
    async awaitLess(namespace: Namespace, volumes: string[], seen: string[]): Promise<string[]> {
      const signal = cancellationSignal();
      const quietUntil = Date.now() + QUIET_MS;
      for (;;) {
        const left = await remains(cluster, namespace, volumes, signal);
        const changed = left.join() !== seen.join();
        if (left.length === 0 || (changed && Date.now() >= quietUntil)) return left;
        heartbeat(left);
        await sleep(POLL_MS, undefined, { signal });
      }
    },
  };
}
