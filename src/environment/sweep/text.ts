import type { Finding, SweepReport } from './report.ts';

/** What a pass has come to, in one line. */
export function sweepSummary({ counts, dry_run }: SweepReport): string {
  const { keep, adopt, undo, wait, missing, superseded } = counts;
  const done = dry_run ? 'to be ' : '';
  const gone = `${missing} missing, ${superseded} superseded`;
  return `${keep} kept, ${adopt} ${done}adopted, ${undo} ${done}undone, ${wait} left for now, ${gone}`;
}

/** One namespace, and what was decided of it. */
export function findingText({ namespace, identity, verdict, reason }: Finding): string {
  const whose = identity === undefined ? '' : ` (${identity.dev_id}/${identity.project})`;
  return `${verdict} ${namespace}${whose}: ${reason}`;
}

/** What an operator reads in the Temporal UI, in Markdown. */
export function sweepDetails(report: SweepReport): string {
  const { alarm, findings } = report;
  return [
    `${sweepSummary(report)}.`,
    ...(alarm === undefined ? [] : [`**${alarm}**`]),
    ...findings.map((finding) => `- ${findingText(finding)}`),
  ].join('\n\n');
}
