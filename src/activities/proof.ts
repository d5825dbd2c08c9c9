import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal, heartbeat, metricMeter } from '@temporalio/activity';
import { warnOperators } from '../cluster/proof/event.ts';
import { verifyIsolation } from '../cluster/proof/verify-isolation.ts';
import type { Namespace } from '../environment/life.ts';
import { type Proof, proofFault } from '../environment/proof.ts';
import type { Specification } from '../environment/request.ts';
import type { Dependencies } from './dependencies.ts';
import { timeUntil, tooLate } from './time.ts';

const POLL_MS = 250;

/** The proof that the cluster isolates environments, and who is told where it does not. */
export function proofActivities({ cluster, ownershipKey, proof: options }: Dependencies) {
  return {
    /** @param readyBy RFC 3339; fails for good by then, and says what it waited for */
    verifyIsolation(specification: Specification, namespace: Namespace, readyBy: string): Promise<Proof> {
      const signal = cancellationSignal();
      const isTooLate = timeUntil(readyBy);
      const wait = async (waitsFor: string): Promise<void> => {
        if (isTooLate()) throw tooLate(specification.recipe.deadline, waitsFor);
        heartbeat(waitsFor);
        await sleep(POLL_MS, undefined, { signal });
      };
      return verifyIsolation({ cluster, ownershipKey, wait, signal, ...options }, specification, namespace);
    },

    /**
     * Tells operators what a proof has come to, by metrics and, where the cluster does not isolate, by an event in it.
     * @param name of the environment that was proved
     */
    async reportProof(proof: Proof, name: string): Promise<void> {
      const enforced = metricMeter.createGauge('berth_isolation_enforced', 'int', '', ENFORCED);
      const verifiedAt = metricMeter.createGauge('berth_isolation_verified_at', 'int', 's', VERIFIED_AT);
      const refusals = metricMeter.createCounter('berth_isolation_refusals', '', REFUSALS);
      enforced.set(proof.enforced ? 1 : 0);
      verifiedAt.set(Math.floor(Date.parse(proof.verified_at) / 1000));
      refusals.add(proof.enforced ? 0 : 1);
      const fault = proofFault(proof);
      if (fault === undefined) return;
      const warning = { reason: 'IsolationNotEnforced', action: 'Proof', note: fault, instance: name } as const;
      await warnOperators(cluster, warning, cancellationSignal());
    },
  };
}

const ENFORCED = 'Whether packets have shown, when last tried by the canary, that the cluster isolates environments.';
const VERIFIED_AT = 'When the canary last tried that, in seconds since the epoch.';
const REFUSALS = 'How often the canary was not isolated.';
