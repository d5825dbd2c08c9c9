import { advance, type Environment, endStep } from './environment.ts';
import type { Identity } from './identity.ts';
import type { Proof } from './proof.ts';
import { reachOf } from './reach.ts';
import type { Specification } from './request.ts';
import { ready } from './sleep.ts';
import { isPrepared } from './slot.ts';

/** What is said of the step in which a slot was claimed. */
export const CLAIMED = 'it was ready before it was asked for';

/** The environment, being provisioned, as it is should it get a slot now: that is all there is to do. */
export function claimable(environment: Environment, at: Date, ttl: string): Environment {
  return ready(advance(endStep(environment, at, { state: 'done', message: CLAIMED }), 'verifying'), at, ttl);
}

/** A slot that an environment was made of before anyone asked. */
export interface Made {
  namespace: { name: string };
  /** Whose it was: nobody's, or already that of its developer. */
  specification: Identity;
  /** What packets have shown of it. */
  isolation?: Proof;
}

/**
 * The environment as it is once a slot was handed over to it.
 * @param specification what the slot is made of, in the name of who has claimed it
 */
export function handedOver(
  environment: Environment,
  { namespace, specification: whose, isolation }: Made,
  { template, parameters, recipe }: Specification,
): Environment {
  return {
    ...environment,
    namespace: namespace.name,
    template,
    parameters,
    may_reach: reachOf(recipe.guards),
    provisioned_from: isPrepared(whose) ? 'prepared' : 'warm_pool',
    ...(isolation && { isolation }),
  };
}
