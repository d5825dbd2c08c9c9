import type { slotActivities } from '../../src/activities/slots.ts';
import type { teardownActivities } from '../../src/activities/teardown.ts';
import type { STEPS, State } from '../../src/environment/environment.ts';
import type { Pattern } from './apiserver-proxy.ts';

export type ProvisioningStep = (typeof STEPS)[number];
export type SlotStep = keyof ReturnType<typeof slotActivities>;
export type TeardownStep = keyof ReturnType<typeof teardownActivities>;

/**
 * Requests of each step of provisioning, none of which an earlier step makes, for an environment with volumes and pods.
 * Steps are known by what they ask of the cluster, however many activities they are.
 */
export const REQUESTS_OF_PROVISIONING: Record<ProvisioningStep, readonly Pattern[]> = {
  isolation: [
    { method: 'POST', resource: 'namespaces' },
    { method: 'PATCH', resource: 'namespaces' },
    { method: 'POST', resource: 'resourcequotas' },
  ],
  proof: [{ method: 'POST', resource: 'pods' }],
  workload: [
    { method: 'PATCH', resource: 'persistentvolumeclaims' },
    { method: 'PATCH', resource: 'deployments' },
  ],
  verification: [{ method: 'GET', resource: 'resourcequotas' }],
};

/** What to ask for, so that a step is taken. */
export function askingFor(step: string): { parameters?: Record<string, string> } {
  return step === 'proof' ? { parameters: { proof: 'required' } } : {};
}

/** What an undisturbed life that takes this step comes to: on a simulated node nothing is proved, which is refused. */
export function undisturbedState(step: string): State {
  return step === 'proof' ? 'failed' : 'ready';
}

/** The same of a teardown, which makes no such request before that step. */
export const REQUESTS_OF_TEARDOWN: Record<TeardownStep, readonly Pattern[]> = {
  findNamespaces: [{ method: 'GET', resource: 'namespaces' }],
  volumesOf: [{ method: 'GET', resource: 'persistentvolumeclaims' }],
  remove: [{ method: 'DELETE', resource: 'namespaces' }],
};

/** The same of what is done for a warm slot only; to the steps in between, it is an environment like any other. */
export const REQUESTS_OF_SLOTS: Record<SlotStep, readonly Pattern[]> = {
  isolateSlot: REQUESTS_OF_PROVISIONING.isolation,
  // Each is the second of its kind, after the one by which the namespace gets its mark.
  offerSlot: [{ method: 'PATCH', resource: 'namespaces' }],
  withdrawSlot: [{ method: 'PATCH', resource: 'namespaces' }],
};

/** A step at one of its requests. */
export interface StepRequest<Step extends string = string> {
  readonly step: Step;
  readonly request: Pattern;
  /** Such as `isolation-post-namespaces`. */
  readonly name: string;
}

/**
 * Every step at each of its requests.
 * @throws Error where a step of the product has none: then it is not tested
 */
export function stepRequests<Step extends string>(
  steps: readonly Step[],
  requests: Record<Step, readonly Pattern[]>,
): StepRequest<Step>[] {
  return steps.flatMap((step) => {
    if (!requests[step]?.length)
      throw new Error(`Say in step-requests.ts what the step '${step}' asks of the cluster.`);
    return requests[step].map((request) => {
      const name = [step, request.method, request.resource].join('-').toLowerCase();
      return { step, request, name };
    });
  });
}
