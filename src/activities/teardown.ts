import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { findNamespaces, remove, volumesOf } from '../cluster/teardown.ts';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Dependencies } from './dependencies.ts';
import { after } from './time.ts';

const POLL_MS = 500;
/** What takes longer than most is looked at less often. */
const [SLOW_AFTER_MS, SLOW_POLL_MS] = [12_000, 2000];
/** A create that nobody waits for any more is given up by the apiserver within its time-out of 10 s. */
const LATE_CREATE_MS = 12_000;
/** Workflows that were begun before they could say otherwise are told as soon as this. */
const QUIET_MS = 5000;

/** What it takes to remove an environment. */
export function teardownActivities({ cluster, ownershipKey }: Dependencies) {
  return {
    /**
     * Finds all namespaces of a life.
     * @param known the one that its workflow was told of; without it, one whose create was not answered is looked for as
     * long as it may still come to be
     */
    async findNamespaces(identity: Identity, life: Life, known?: Namespace): Promise<Namespace[]> {
      const signal = cancellationSignal();
      const hasLooked = after(known === undefined ? LATE_CREATE_MS : 0);
      for (;;) {
        const found = await findNamespaces(cluster, ownershipKey, identity, life, signal);
        const others = found.filter(({ uid }) => uid !== known?.uid);
        const all = known === undefined ? others : [known, ...others];
        if (all.length > 0 || hasLooked()) return all;
        await sleep(POLL_MS, undefined, { signal });
      }
    },

    volumesOf: (namespace: Namespace): Promise<string[]> => volumesOf(cluster, namespace, cancellationSignal()),

    /**
     * Removes, until something else is left than was seen last, or nothing at all.
     * @param quietMs a change in what is left is told no sooner, so that a slow end does not fill a history
     */
    async remove(namespace: Namespace, volumes: string[], seen: string[], quietMs = QUIET_MS): Promise<string[]> {
      const signal = cancellationSignal();
      const [mayTell, isSlow] = [after(quietMs), after(SLOW_AFTER_MS)];
      for (;;) {
        const byName = mayTell();
        const left = await remove(cluster, namespace, volumes, { byName, signal });
        const changed = left.join() !== seen.join();
        if (left.length === 0 || (changed && byName)) return left;
        heartbeat(left);
        await sleep(isSlow() ? SLOW_POLL_MS : POLL_MS, undefined, { signal });
      }
    },
  };
}
