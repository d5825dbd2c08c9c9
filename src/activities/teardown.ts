import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { findNamespace, remove, volumesOf } from '../cluster/teardown.ts';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Dependencies } from './dependencies.ts';

const POLL_MS = 500;
/** A change in what is left is told no sooner, so that a slow end does not fill a history. */
const QUIET_MS = 5000;
/** A create that nobody waits for any more is given up by the apiserver within its time-out of 10 s. */
const LATE_CREATE_MS = 12_000;

/** What it takes to remove an environment. */
export function teardownActivities({ cluster, ownershipKey }: Dependencies) {
  return {
    /** Looks for the namespace of a life whose create was not answered, for as long as it may still come to be. */
    async findNamespace(identity: Identity, life: Life): Promise<Namespace | undefined> {
      const signal = cancellationSignal();
      const lookUntil = Date.now() + LATE_CREATE_MS;
      for (;;) {
        const found = await findNamespace(cluster, ownershipKey, identity, life, signal);
        if (found !== undefined || Date.now() >= lookUntil) return found;
        await sleep(POLL_MS, undefined, { signal });
      }
    },

    volumesOf: (namespace: Namespace): Promise<string[]> => volumesOf(cluster, namespace, cancellationSignal()),

    /** Removes, until something else is left than was seen last, or nothing at all. */
    async remove(namespace: Namespace, volumes: string[], seen: string[]): Promise<string[]> {
      const signal = cancellationSignal();
      const quietUntil = Date.now() + QUIET_MS;
      for (;;) {
        const left = await remove(cluster, namespace, volumes, signal);
        const changed = left.join() !== seen.join();
        if (left.length === 0 || (changed && Date.now() >= quietUntil)) return left;
        heartbeat(left);
        await sleep(POLL_MS, undefined, { signal });
      }
    },
  };
}
