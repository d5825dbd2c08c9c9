import { rootCause } from '@temporalio/common';
import type { Cluster } from '../cluster/client.ts';
import { ClusterError } from '../cluster/errors.ts';
import { type Examined, examine } from '../cluster/examine.ts';
import { readNamespace } from '../cluster/own-namespace.ts';
import { CANARY } from '../environment/canary.ts';
import { durationMs } from '../environment/duration.ts';
import type { Identity } from '../environment/identity.ts';
import type { Namespace } from '../environment/life.ts';
import { isLater } from '../environment/sleep.ts';
import { type Decision, decide, type Known } from '../environment/sweep/decide.ts';
import { isTold } from '../environment/sweep/report.ts';
import type { Leading, Workflows } from './workflows.ts';

/** What it takes to judge a namespace. */
export interface JudgeOptions {
  cluster: Cluster;
  ownershipKey: Buffer;
  workflows: Workflows;
  /** Says on which cluster a namespace is. */
  located(namespace: Namespace, signal: AbortSignal): Promise<Namespace>;
  /** How long after its provisioning must have ended a namespace is left that nobody was given. */
  sweepGraceMs: number;
  /** Whether nothing is taken up, but only told. */
  dryRun: boolean;
  signal: AbortSignal;
}

/** A namespace, and what is decided of it. */
export interface Judged {
  examined: Examined;
  decision: Decision;
}

/**
 * Judges a namespace. One that cannot be judged holds up none of the others: it is left alone, and told.
 * @throws ClusterError where it is the cluster that does not answer
 */
export async function judge(options: JudgeOptions, seen: Examined): Promise<Judged> {
  try {
    return await judged(options, seen);
  } catch (error) {
    if (error instanceof ClusterError || options.signal.aborted) throw error;
    const reason = `it cannot be judged: ${rootCause(error) ?? 'the cause is unknown'}`;
    return { examined: seen, decision: { verdict: 'keep', reason, isOdd: true } };
  }
}

/**
 * Decides what is to become of a namespace, and takes it up where it is lost. That is looked at once more: its teardown
 * may just have come to its end, and only what is there after nobody was seen at work on it is lost.
 */
async function judged(options: JudgeOptions, seen: Examined): Promise<Judged> {
  const { cluster, ownershipKey, dryRun, signal } = options;
  const first = await decisionOn(options, seen);
  if (!isTold(first)) return { examined: seen, decision: first };
  const live = await readNamespace(cluster, seen.name, signal);
  const examined = live && examine(ownershipKey, live);
  if (examined?.uid !== seen.uid) return { examined: seen, decision: { verdict: 'keep', reason: 'it is gone by now' } };
  const decision = await decisionOn(options, examined);
  if (decision.verdict !== 'adopt' || dryRun || (await adopt(options, examined))) return { examined, decision };
  // Another life has begun at the same moment.
  return { examined, decision: await decisionOn(options, examined) };
}

async function decisionOn(options: JudgeOptions, examined: Examined): Promise<Decision> {
  return decide(await known(options, examined), new Date(), options.sweepGraceMs);
}

async function known({ workflows, dryRun }: JudgeOptions, examined: Examined): Promise<Known> {
  if (examined.mark !== 'ours') return { mark: examined.mark };
  const { identity, remembered, createdAt, deletedAt, hasEnded, slot } = examined;
  const { life, specification, environment } = remembered;
  // In this order: a workflow that ends has begun its teardown before.
  const leading = await leaderOf(workflows, examined, life.run);
  const workflow = leading === undefined ? 'none' : leading.run === life.run ? 'its own' : 'of another life';
  // Temporal may have been restored from before that: a workflow that looks takes up what its namespace remembers.
  const isBehind = environment && leading?.environment && isLater(environment, leading.environment);
  if (workflow === 'its own' && isBehind && !dryRun) await workflows.check(identity);
  const led = leading?.environment?.namespace ?? examined.name;
  const torn = workflow === 'its own' ? { teardown: 'none' as const } : await workflows.teardownOf(identity, life.run);
  return {
    mark: 'ours',
    wasEverReady: environment !== undefined,
    ...(slot !== undefined && { slot }),
    createdAt,
    deadlineMs: durationMs(specification.recipe.deadline),
    ...(deletedAt && { deletedAt }),
    workflow,
    ...(led !== examined.name && { isBeside: true }),
    ...torn,
    // Temporal may have forgotten it; what nobody was ever given is undone all the same.
    ...(hasEnded && environment && torn.teardown === 'none' && { teardown: 'over' as const }),
  };
}

async function leaderOf(
  workflows: Workflows,
  { identity, slot }: Pick<Extract<Examined, { mark: 'ours' }>, 'identity' | 'slot'>,
  run: string,
): Promise<Partial<Leading> | undefined> {
  if (slot !== undefined) return await workflows.makerOf(identity);
  if (isCanarys(identity) && (await workflows.isCanary(run))) return { run };
  return await workflows.lifeOf(identity);
}

function isCanarys({ dev_id, project }: Identity): boolean {
  return dev_id === CANARY.dev_id && project === CANARY.project;
}

async function adopt({ workflows, located, signal }: JudgeOptions, examined: Examined): Promise<boolean> {
  if (examined.mark !== 'ours' || examined.remembered.environment === undefined) return false;
  const { remembered, identity } = examined;
  const namespace = await located(remembered.namespace, signal);
  const isTaken = await workflows.adopt({ ...remembered, environment: examined.remembered.environment, namespace });
  // What was changed while nobody led it was told to nobody.
  if (isTaken) await workflows.check(identity);
  return isTaken;
}
