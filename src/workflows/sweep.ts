import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { type SweepReport, withinLimit } from '../environment/sweep/report.ts';
import { sweepDetails } from '../environment/sweep/text.ts';
import { surveying } from './activity-options.ts';
import { tearDownLeftover } from './hand-over.ts';
import type { SweepInput } from './messages.ts';

/**
 * Compares what exists with what is known: an environment whose workflow was lost is taken up again, and what nobody was
 * ever given is undone. Where that would be too much, nothing is, and operators are told. A pass that fails has decided
 * nothing: the next one looks again.
 */
export async function SweepWorkflow({ dryRun }: SweepInput): Promise<SweepReport> {
  const { value: survey } = await surveying.survey(dryRun);
  // Of the whole pass, before anything is undone.
  const report = withinLimit(survey.report);
  setCurrentDetails(sweepDetails(report));
  if (dryRun) return report;
  if (report.alarm === undefined) await Promise.all(survey.leftovers.map(tearDownLeftover));
  await surveying.reportSweep(report, workflowInfo().workflowId);
  return report;
}
