import { examine, labelledNamespaces } from '../cluster/examine.ts';
import { readNamespace } from '../cluster/own-namespace.ts';
import { type Identity, workflowId } from '../environment/identity.ts';
import { type Leftover, leftover } from '../environment/sweep/leftover.ts';
import { emptyReport, type Finding, MOST_UNDONE, type SweepReport, withFinding } from '../environment/sweep/report.ts';
import { type Judged, type JudgeOptions, judge } from './judge.ts';

/** What a pass works with. */
export interface SurveyOptions extends JudgeOptions {
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
  const { cluster, ownershipKey, workflows, dryRun, signal } = options;
  const leftovers: Leftover[] = [];
  const inOrder = new Set<string>();
  let report = emptyReport(new Date(), dryRun);
  const note = (finding: Finding): void => {
    report = withFinding(report, finding);
    options.tell(finding);
  };
  for await (const page of labelledNamespaces(cluster, signal)) {
    const judged = await Promise.all(page.map((live) => judge(options, examine(ownershipKey, live))));
    for (const one of judged) {
      const { examined, decision } = one;
      note({ namespace: examined.name, ...('identity' in examined && { identity: examined.identity }), ...decision });
      if (decision.verdict === 'keep' && !decision.isOdd) inOrder.add(examined.name);
      if (leftovers.length < MOST_UNDONE) leftovers.push(...leftoverOf(one));
    }
  }
  for await (const { dev_id, project, namespace } of workflows.settled()) {
    if (namespace === null || inOrder.has(namespace)) continue;
    if (!(await isMissing(options, { dev_id, project }, namespace))) continue;
    const reason = `the namespace of ${workflowId({ dev_id, project })} is gone, and its workflow goes on`;
    if (!options.dryRun) await workflows.check({ dev_id, project });
    note({ namespace, identity: { dev_id, project }, verdict: 'missing', reason });
  }
  return { report, leftovers };
}

function leftoverOf({ examined, decision }: Judged): Leftover[] {
  if (decision.verdict !== 'undo' || examined.mark !== 'ours') return [];
  const { specification, life, namespace } = examined.remembered;
  return [leftover(specification, life, namespace, examined.createdAt)];
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
