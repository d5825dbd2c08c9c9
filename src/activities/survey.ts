import { examine, labelledNamespaces } from '../cluster/examine.ts';
import { readNamespace } from '../cluster/own-namespace.ts';
import { type Identity, workflowId } from '../environment/identity.ts';
import { type Leftover, leftover } from '../environment/sweep/leftover.ts';
import {
  emptyReport,
  type Finding,
  MOST_UNDONE,
  type SweepReport,
  withFinding,
  withinLimit,
} from '../environment/sweep/report.ts';
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
      if (leftovers.length < MOST_UNDONE) leftovers.push(...(await leftoverOf(options, one)));
    }
  }
  const missing: Identity[] = [];
  for await (const { dev_id, project, namespace } of workflows.settled()) {
    if (namespace === null || inOrder.has(namespace)) continue;
    const finding = await missed(options, { dev_id, project });
    if (finding === undefined) continue;
    note(finding);
    if (finding.verdict === 'missing') missing.push({ dev_id, project });
    // What bears our mark is seen well: that this life is over is certain, and its successor waits for its end.
    else if (!dryRun) await workflows.check({ dev_id, project });
  }
  // Of the whole pass: where much is not seen, it is the sight that is at fault, and nobody's environment ends by that.
  report = withinLimit(report);
  if (!dryRun && report.alarm === undefined) for (const one of missing) await workflows.check(one);
  return { report, leftovers };
}

async function leftoverOf({ located, signal }: SurveyOptions, { examined, decision }: Judged): Promise<Leftover[]> {
  if (decision.verdict !== 'undo' || examined.mark !== 'ours') return [];
  const { specification, life, namespace } = examined.remembered;
  return [leftover(specification, life, await located(namespace, signal), examined.createdAt)];
}

/** That the namespace of an environment is not there for it, if so, as it is at this moment: a list may be older. */
async function missed(options: SurveyOptions, identity: Identity): Promise<Finding | undefined> {
  const { cluster, ownershipKey, workflows, signal } = options;
  const life = await workflows.lifeOf(identity);
  const namespace = life?.environment.namespace ?? null;
  if (life === undefined || namespace === null) return undefined;
  const live = await readNamespace(cluster, namespace, signal);
  const examined = live && examine(ownershipKey, live);
  const found = (what: string, verdict: 'missing' | 'superseded' = 'missing'): Finding => {
    const reason = `the namespace of ${workflowId(identity)} ${what}, and its workflow goes on`;
    return { namespace, identity, verdict, reason };
  };
  if (examined === undefined) return found('is gone');
  if (examined.mark === 'foreign') return found('does not bear its mark, or another has taken its name');
  // What remembers nothing may well be its own.
  if (examined.mark !== 'ours' || examined.remembered.life.run === life.run) return undefined;
  return found('is that of another life by now', 'superseded');
}
