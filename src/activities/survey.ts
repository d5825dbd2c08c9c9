import type { V1Namespace } from '@kubernetes/client-node';
import type { Cluster } from '../cluster/client.ts';
import { type Examined, examine, labelledNamespaces } from '../cluster/examine.ts';
import { readNamespace } from '../cluster/own-namespace.ts';
import { CANARY } from '../environment/canary.ts';
import { durationMs } from '../environment/duration.ts';
import { type Identity, workflowId } from '../environment/identity.ts';
import { type Decision, decide, type Known, type Ours } from '../environment/sweep/decide.ts';
import { type Leftover, leftover } from '../environment/sweep/leftover.ts';
import { emptyReport, type Finding, MOST_UNDONE, type SweepReport, withFinding } from '../environment/sweep/report.ts';
import type { Workflows } from './workflows.ts';

/** What a pass works with. */
export interface SurveyOptions {
  cluster: Cluster;
  ownershipKey: Buffer;
  workflows: Workflows;
  /** How long after its provisioning must have ended a namespace is left that nobody was given. */
  sweepGraceMs: number;
  dryRun: boolean;
  signal: AbortSignal;
  /** Told of each namespace, as it is decided. */
  tell(finding: Finding): void;
}

/** What a pass has come to, and what it found that is to be undone: as much as may be. */
export interface Survey {
  report: SweepReport;
  leftovers: Leftover[];
}

/** Looks at all namespaces, page by page, and at all environments that must have one. Takes up what was lost. */
export async function survey(options: SurveyOptions): Promise<Survey> {
  const { cluster, ownershipKey, workflows, signal } = options;
  const leftovers: Leftover[] = [];
  const inOrder = new Set<string>();
  let report = emptyReport(new Date(), options.dryRun);
  const note = (finding: Finding): void => {
    report = withFinding(report, finding);
    options.tell(finding);
  };
  for await (const page of labelledNamespaces(cluster, signal)) {
    const decided = await Promise.all(page.map((live) => settle(options, examine(ownershipKey, live))));
    for (const { examined, decision } of decided) {
      const { name, uid } = examined;
      note({ namespace: name, ...('identity' in examined && { identity: examined.identity }), ...decision });
      if (decision.verdict === 'keep' && !decision.isOdd) inOrder.add(name);
      if (decision.verdict === 'undo' && examined.mark === 'ours' && leftovers.length < MOST_UNDONE) {
        const { specification, life } = examined.remembered;
        leftovers.push(leftover(specification, life, { name, uid }, examined.createdAt));
      }
    }
  }
  for await (const { dev_id, project, namespace } of workflows.settled()) {
    if (namespace === null || inOrder.has(namespace)) continue;
    if (!(await isMissing(options, { dev_id, project }, namespace))) continue;
    const reason = `the namespace of ${workflowId({ dev_id, project })} is gone, and its workflow goes on`;
    // Here its workflow is to be told to compare itself with the cluster.
    note({ namespace, identity: { dev_id, project }, verdict: 'missing', reason });
  }
  return { report, leftovers };
}

/** Decides, and takes up what is to be taken up. */
async function settle(options: SurveyOptions, seen: Examined): Promise<{ examined: Examined; decision: Decision }> {
  const { cluster, ownershipKey, workflows, dryRun, signal, sweepGraceMs } = options;
  const decision = decide(await known(workflows, seen), new Date(), sweepGraceMs);
  if (decision.verdict !== 'adopt' && decision.verdict !== 'undo') return { examined: seen, decision };
  // Its teardown may just have come to its end; only what is there after it was seen that nobody is at work, is lost.
  const live: V1Namespace | undefined = await readNamespace(cluster, seen.name, signal);
  const examined = live && examine(ownershipKey, live);
  if (examined?.uid !== seen.uid || examined.mark !== 'ours' || examined.deletedAt !== undefined)
    return { examined: seen, decision: { verdict: 'keep', reason: 'it has changed under our eyes' } };
  const { environment, specification, life, namespace } = examined.remembered;
  if (decision.verdict === 'undo') return environment === undefined ? { examined, decision } : unsure(examined);
  if (environment === undefined) return unsure(examined);
  if (dryRun || (await workflows.adopt({ environment, specification, life, namespace }))) return { examined, decision };
  return unsure(examined);
}

function unsure(examined: Examined): { examined: Examined; decision: Decision } {
  return { examined, decision: { verdict: 'wait', reason: 'its environment has changed under our eyes' } };
}

async function known(workflows: Workflows, examined: Examined): Promise<Known> {
  if (examined.mark !== 'ours') return { mark: examined.mark };
  const { identity, remembered, createdAt, deletedAt } = examined;
  const { run } = remembered.life;
  const ours = {
    mark: 'ours' as const,
    wasEverReady: remembered.environment !== undefined,
    createdAt,
    deadlineMs: durationMs(remembered.specification.recipe.deadline),
    ...(deletedAt && { deletedAt }),
  };
  // In this order: a workflow that ends has begun its teardown before.
  const workflow = await holder(workflows, identity, run);
  const isTornDown = workflow !== 'its own' && (await workflows.isTornDown(identity, run));
  return { ...ours, workflow, isTornDown };
}

async function holder(workflows: Workflows, identity: Identity, run: string): Promise<Ours['workflow']> {
  if (isCanarys(identity) && (await workflows.isCanary(run))) return 'its own';
  const life = await workflows.lifeOf(identity);
  if (life === undefined) return 'none';
  return life === run ? 'its own' : 'of another life';
}

function isCanarys({ dev_id, project }: Identity): boolean {
  return dev_id === CANARY.dev_id && project === CANARY.project;
}

/** Whether the namespace of an environment is gone while its workflow goes on: the list may be a moment old. */
async function isMissing(options: SurveyOptions, identity: Identity, name: string): Promise<boolean> {
  const { cluster, ownershipKey, workflows, signal } = options;
  const life = await workflows.lifeOf(identity);
  if (life === undefined) return false;
  const live = await readNamespace(cluster, name, signal);
  const examined = live && examine(ownershipKey, live);
  if (examined === undefined || examined.mark === 'foreign') return true;
  // What remembers nothing may well be its own.
  return examined.mark === 'ours' && examined.remembered.life.run !== life;
}
