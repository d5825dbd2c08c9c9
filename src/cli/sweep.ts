import type { SweepReport } from '../environment/sweep/report.ts';
import { sweepSummary } from '../environment/sweep/text.ts';
import { Api } from './api.ts';
import type { Command } from './command.ts';
import { table } from './table.ts';
import { read } from './usage.ts';

const usage = `Usage: berth sweep [--dry-run]

Compares the namespaces with the workflows, as the workers do every few minutes, and shows what was decided and why: an
environment whose workflow was lost is taken up again, and what was never ready and lacks its workflow is undone. For
administrators.

  --dry-run            show what would be done, and change nothing
  --json               print the report as JSON
`;

const OPTIONS = { 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } } as const;
const HEADINGS = ['VERDICT', 'NAMESPACE', 'DEV_ID', 'PROJECT', 'REASON'];

/** @returns 1 where the pass was stopped: somebody must see to it */
async function run(args: readonly string[]): Promise<number> {
  const { options } = read(args, OPTIONS);
  const { 'dry-run': dryRun = false, json = false } = options;
  const report = await new Api(process.env).post<SweepReport>(`/sweep?dry_run=${dryRun}`, {});
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : sweepText(report));
  if (report.alarm !== undefined) process.stderr.write(`${report.alarm}\n`);
  return report.alarm === undefined ? 0 : 1;
}

/** What was decided, a line a namespace, and how much of each. */
export function sweepText(report: SweepReport): string {
  const rows = report.findings.map(({ verdict, namespace, identity, reason }) => [
    verdict,
    namespace,
    identity?.dev_id ?? '',
    identity?.project ?? '',
    reason,
  ]);
  return `${rows.length > 0 ? table([HEADINGS, ...rows]) : ''}${sweepSummary(report)}.\n`;
}

export const sweep: Command = { usage, run };
