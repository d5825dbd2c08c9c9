import { type Environment, isOver, type State } from '../../environment/environment.ts';
import { type Identity, workflowId } from '../../environment/identity.ts';
import { refuse } from '../http/problems.ts';
import { shown } from './life-record.ts';
import type { Lives } from './lives.ts';
import { notFound } from './not-found.ts';
import { pageAt, tokenOf } from './page.ts';

/** A page of environments; `next_page` asks for the one after it. */
export interface Page {
  environments: Environment[];
  next_page?: string;
}

/**
 * Shows one environment, an ended one too for as long as Temporal keeps it.
 * @throws ProblemError where there is none
 */
export async function status(lives: Lives, identity: Identity): Promise<Environment> {
  const latest = await lives.latest(identity);
  if (latest === undefined) throw notFound(identity);
  if (latest.teardown === undefined || isOver(latest.environment.state)) return shown(latest);
  const teardown = await lives.teardown(latest.teardown);
  // Its own run has just begun to undo it, or is just about to say what failed.
  if (latest.isOpen && !teardown?.isOpen) return shown(latest);
  return teardown ? shown(teardown) : { ...latest.environment, state: 'terminated' };
}

/**
 * Lists environments: the open ones, or those in one state.
 * @param of what is asked for; without a `dev_id`, everybody's
 * @throws ProblemError where the page's token is not one of ours
 */
export async function list(
  lives: Lives,
  of: { dev_id?: string | undefined; state?: State | undefined; page?: string | undefined; limit: number },
): Promise<Page> {
  const { dev_id, state, page, limit } = of;
  const conditions = [
    // Who is asked about cannot contain a quote: see IDENTIFIER.
    dev_id === undefined ? 'BerthDeveloper IS NOT NULL' : `BerthDeveloper = '${dev_id}'`,
    // A life that was handed over is found as its teardown, which speaks for it from then on.
    ...(state === undefined ? [] : [`BerthState = '${state}'`]),
    ...(state === undefined || !isOver(state) ? [`ExecutionStatus = 'Running'`] : []),
  ];
  const token = page === undefined ? undefined : tokenOf(page);
  if (page !== undefined && token === undefined)
    throw refuse('invalid-request', `There is no page '${page}'. Begin again without 'page'.`);
  const { found, next } = await lives.list(conditions.join(' AND '), limit, token);
  // While one workflow hands over to the other, both show the same life.
  const lifeOf = (environment: Environment): string => `${workflowId(environment)} ${environment.created_at}`;
  const environments = [...new Map(found.map((environment) => [lifeOf(environment), environment])).values()];
  return next.length === 0 ? { environments } : { environments, next_page: pageAt(next) };
}
