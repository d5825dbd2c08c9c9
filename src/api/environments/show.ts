import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { type Environment, isOver, type State } from '../../environment/environment.ts';
import { type Identity, workflowId } from '../../environment/identity.ts';
import { refuse } from '../http/problems.ts';
import { shown } from './life-record.ts';
import type { Lives } from './lives.ts';
import { pageAt, tokenOf } from './page.ts';
import { notFound } from './terminate.ts';

const CALL_MS = 10_000;

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
  if (latest.teardown === undefined) return shown(latest);
  return (await lives.teardown(latest.teardown)) ?? { ...latest.environment, state: 'terminated' };
}

/**
 * Lists environments: the open ones, or those in one state.
 * @param of what is asked for; without a `dev_id`, everybody's
 * @throws ProblemError where the page's token is not one of ours
 */
export async function list(
  client: Client,
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
  const { executions, nextPageToken } = await client.withDeadline(Date.now() + CALL_MS, () =>
    client.workflowService.listWorkflowExecutions({
      namespace: client.options.namespace,
      query: conditions.join(' AND '),
      pageSize: limit,
      ...(token !== undefined && { nextPageToken: token }),
    }),
  );
  const found = executions.flatMap(({ memo }) => {
    const payload = memo?.fields?.environment;
    return payload ? [defaultPayloadConverter.fromPayload<Environment>(payload)] : [];
  });
  // While one hands over to the other, both are there.
  const environments = [...new Map(found.map((environment) => [workflowId(environment), environment])).values()];
  if (!nextPageToken?.length) return { environments };
  return { environments, next_page: pageAt(nextPageToken) };
}
