import type { Environment } from './environment.ts';
import { reachOf } from './reach.ts';
import type { Specification } from './request.ts';

/** An environment at the moment at which it was asked for. */
export function queued(specification: Specification, at: Date): Environment {
  const { dev_id, project, template, parameters, ttl, recipe } = specification;
  return {
    dev_id,
    project,
    state: 'queued',
    namespace: null,
    template,
    parameters,
    ttl,
    may_reach: reachOf(recipe.guards),
    provisioned_from: 'cold',
    created_at: at.toISOString(),
    steps: [],
  };
}
