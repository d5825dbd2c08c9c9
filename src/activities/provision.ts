import { setTimeout as sleep } from 'node:timers/promises';
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { applyGuards, applyWorkload, createNamespace } from '../cluster/provision.ts';
import { observeWorkload, type Readiness } from '../cluster/readiness.ts';
import { verifyEnvironment } from '../cluster/verify.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Dependencies } from './dependencies.ts';

const POLL_MS = 250;

/** The steps of provisioning. Each may be done twice, and then ends as if done once. */
export function provisionActivities({ cluster, ownershipKey }: Dependencies) {
  return {
    createNamespace: (specification: Specification, life: Life): Promise<Namespace> =>
      createNamespace(cluster, ownershipKey, specification, life, cancellationSignal()),

    applyGuards: (specification: Specification, namespace: Namespace): Promise<void> =>
      applyGuards(cluster, namespace, specification, cancellationSignal()),

    /**
     * Starts the workload and waits until it is available. What it waits for is its heartbeat.
     * @param readyBy RFC 3339; fails for good by then, and says what it waited for
     */
    async startWorkload(specification: Specification, namespace: Namespace, readyBy: string): Promise<Readiness> {
      const signal = cancellationSignal();
      await applyWorkload(cluster, namespace, specification, signal);
      for (;;) {
        const readiness = await observeWorkload(cluster, namespace, specification, signal);
        if (readiness.ready) return readiness;
        if (Date.now() >= Date.parse(readyBy)) throw tooLate(specification.recipe.deadline, readiness.message);
        heartbeat(readiness.message);
        await sleep(POLL_MS, undefined, { signal });
      }
    },

    verifyEnvironment: (specification: Specification, namespace: Namespace): Promise<void> =>
      verifyEnvironment(cluster, ownershipKey, namespace, specification, cancellationSignal()),
  };
}

function tooLate(deadline: string, waitedFor = 'the cluster did not say why'): ApplicationFailure {
  const message = `It was not ready within ${deadline}: ${waitedFor}.`;
  return ApplicationFailure.create({ type: 'deadline-exceeded', message, nonRetryable: true });
}
