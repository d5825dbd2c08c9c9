import type { Cluster } from '../cluster/client.ts';
import { type Examined, examine } from '../cluster/examine.ts';
import { readNamespace } from '../cluster/own-namespace.ts';
import { CANARY } from '../environment/canary.ts';
import { durationMs } from '../environment/duration.ts';
import type { Identity } from '../environment/identity.ts';
import { type Decision, decide, type Known, type Ours } from '../environment/sweep/decide.ts';
import { isTold } from '../environment/sweep/report.ts';
import type { Workflows } from './workflows.ts';

/** What it takes to judge a namespace. */
export interface JudgeOptions {
  cluster: Cluster;
  ownershipKey: Buffer;
  workflows: Workflows;
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
 * Decides what is to become of a namespace, and takes it up where it is lost. That is looked at once more: its teardown
 * may just have come to its end, and only what is there after nobody was seen at work on it is lost.
 */
export async function judge(options: JudgeOptions, seen: Examined): Promise<Judged> {
  const { cluster, ownershipKey, workflows, dryRun, signal } = options;
  const first = await decisionOn(options, seen);
  if (!isTold(first)) return { examined: seen, decision: first };
  const live = await readNamespace(cluster, seen.name, signal);
  const examined = live && examine(ownershipKey, live);
  if (examined?.uid !== seen.uid) return { examined: seen, decision: { verdict: 'keep', reason: 'it is gone by now' } };
  const decision = await decisionOn(options, examined);
  if (decision.verdict !== 'adopt' || dryRun || (await adopt(workflows, examined))) return { examined, decision };
  // Another life has begun at the same moment.
  return { examined, decision: await decisionOn(options, examined) };
}

async function decisionOn({ workflows, sweepGraceMs }: JudgeOptions, examined: Examined): Promise<Decision> {
  return decide(await known(workflows, examined), new Date(), sweepGraceMs);
}

async function known(workflows: Workflows, examined: Examined): Promise<Known> {
  if (examined.mark !== 'ours') return { mark: examined.mark };
  const { identity, remembered, createdAt, deletedAt } = examined;
  const { life, specification, environment } = remembered;
  // In this order: a workflow that ends has begun its teardown before.
  const workflow = await leader(workflows, identity, life.run);
  const teardown = workflow === 'its own' ? 'none' : await workflows.teardownOf(identity, life.run);
  return {
    mark: 'ours',
    wasEverReady: environment !== undefined,
    createdAt,
    deadlineMs: durationMs(specification.recipe.deadline),
    ...(deletedAt && { deletedAt }),
    workflow,
    teardown,
  };
}

async function leader(workflows: Workflows, identity: Identity, run: string): Promise<Ours['workflow']> {
  if (isCanarys(identity) && (await workflows.isCanary(run))) return 'its own';
  const life = await workflows.lifeOf(identity);
  if (life === undefined) return 'none';
  return life === run ? 'its own' : 'of another life';
}

function isCanarys({ dev_id, project }: Identity): boolean {
  return dev_id === CANARY.dev_id && project === CANARY.project;
}

async function adopt(workflows: Workflows, examined: Examined): Promise<boolean> {
  if (examined.mark !== 'ours' || examined.remembered.environment === undefined) return false;
  return await workflows.adopt({ ...examined.remembered, environment: examined.remembered.environment });
}
