import { setTimeout as sleep } from 'node:timers/promises';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { buildWorkload } from '../cluster/build.ts';
import { isolate } from '../cluster/isolate.ts';
import { readOwn } from '../cluster/own-namespace.ts';
import { observeWorkload, type Readiness } from '../cluster/readiness.ts';
import { recallLater } from '../cluster/recall.ts';
import { remember } from '../cluster/remember.ts';
import { claim } from '../cluster/slots/claim.ts';
import type { Claimed } from '../cluster/slots/claimed.ts';
import { verifyEnvironment } from '../cluster/verify.ts';
import { rouse } from '../cluster/wake.ts';
import { locator } from '../cluster/whereabouts.ts';
import type { Environment } from '../environment/environment.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Dependencies } from './dependencies.ts';
import { after, timeUntil, tooLate } from './time.ts';

const POLL_MS = 250;
/** What takes longer than most is looked at less often. */
const [SLOW_AFTER_MS, SLOW_POLL_MS] = [10_000, 1000];
/** What it waits for is told no sooner, so that a short wait is one activity. */
const QUIET_MS = 3000;

/** What a claim needs. */
export interface Claimable {
  /** As the environment is once it is handed over, but for what a slot decides. */
  environment: Environment;
  /** Whether nobody can have tried this before, of whom nothing is known. */
  isFirst: boolean;
}

/** The namespace of an environment; and, where it was a slot, what of. */
export type Isolated = Namespace & { claimed?: Pick<Claimed, 'specification' | 'environment'> };

/** The steps of provisioning. Each may be done twice, and then ends as if done once. */
export function provisionActivities({ cluster, ownershipKey, slots }: Dependencies) {
  const located = locator(cluster);
  return {
    /**
     * Claims a warm slot, or creates the namespace with its guards.
     * @param known what a claim needs beside that; without it, none is made
     */
    async isolate(specification: Specification, life: Life, known?: Claimable): Promise<Isolated> {
      const signal = cancellationSignal();
      const claimed = known && (await claimSlot(specification, life, known, signal));
      if (known !== undefined && claimed === undefined) slots.onNone?.();
      if (claimed === undefined)
        return await located(await isolate(cluster, ownershipKey, specification, life, { signal }), signal);
      slots.onClaim();
      const { namespace, specification: as, environment } = claimed;
      return { ...(await located(namespace, signal)), claimed: { specification: as, environment } };
    },

    /** What comes before the workload where it slept: its guards, and that it may run again. */
    rouse: (specification: Specification, namespace: Namespace): Promise<void> =>
      rouse(cluster, ownershipKey, namespace, specification, cancellationSignal()),

    /**
     * Starts the workload and waits until it is available, or something else is to be told than was seen last.
     * @param readyBy RFC 3339; fails for good by then, and says what it waited for
     * @param seen what was told before, where it was started then
     */
    async runWorkload(
      specification: Specification,
      namespace: Namespace,
      readyBy: string,
      seen: string | undefined,
    ): Promise<Readiness> {
      const signal = cancellationSignal();
      const isTooLate = timeUntil(readyBy);
      const [mayTell, isSlow] = [after(QUIET_MS), after(SLOW_AFTER_MS)];
      if (seen === undefined) await buildWorkload(cluster, ownershipKey, namespace, specification, signal);
      for (;;) {
        const readiness = await observeWorkload(cluster, namespace, specification, signal);
        if (readiness.ready) return readiness;
        if (isTooLate()) throw tooLate(specification.recipe.deadline, readiness.message);
        if (readiness.message !== seen && mayTell()) return readiness;
        heartbeat(readiness.message);
        await sleep(isSlow() ? SLOW_POLL_MS : POLL_MS, undefined, { signal });
      }
    },

    /**
     * Has the namespace remember how its environment is.
     * @param known what it must remember nothing later than: that is a call more, and left out where nobody can have written it
     * @returns what it remembers that is later: that stays
     */
    async remember(
      namespace: Namespace,
      environment: Environment,
      known?: Environment,
    ): Promise<Environment | undefined> {
      const signal = cancellationSignal();
      const live = known && (await readOwn(cluster, ownershipKey, namespace, known, signal));
      const later = live && recallLater(ownershipKey, live, known);
      if (later === undefined) await remember(cluster, namespace, environment, signal);
      return later;
    },

    verifyEnvironment: (specification: Specification, namespace: Namespace): Promise<void> =>
      verifyEnvironment(cluster, ownershipKey, namespace, specification, { signal: cancellationSignal() }),
  };

  function claimSlot(
    specification: Specification,
    life: Life,
    { environment, isFirst }: Claimable,
    signal: AbortSignal,
  ): Promise<Claimed | undefined> {
    const mayHaveClaimed = !isFirst || activityInfo().attempt > 1;
    const claimant = { specification, life, environment, mayHaveClaimed };
    return claim(cluster, ownershipKey, slots.shelf, claimant, signal);
  }
}
