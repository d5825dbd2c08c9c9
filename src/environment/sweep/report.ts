import type { Identity } from '../identity.ts';
import type { Decision, Verdict } from './decide.ts';

/** What was decided of one namespace. */
export interface Finding extends Decision {
  namespace: string;
  /** Whose it is, as far as that can be told. */
  identity?: Identity;
}

/** What a pass has come to. */
export interface SweepReport {
  /** When it began. RFC 3339, in UTC. */
  at: string;
  /** Whether it only says what it would do. */
  dry_run: boolean;
  counts: Record<Verdict, number>;
  /** All that is not simply kept, up to {@link MOST_LISTED}. */
  findings: Finding[];
  /** Why nothing was undone, and no environment told to look for its namespace. */
  alarm?: string;
}

/** A history does not grow with what was found; the worker's log has all of it. */
const MOST_LISTED = 200;
/**
 * A pass that would undo more, or finds more missing, is most likely wrong, or sees another cluster than it should. One is
 * always allowed, or a small installation would never be swept.
 */
export const MOST_UNDONE = 5;
const MOST_UNDONE_SHARE = 0.05;

export function emptyReport(at: Date, dryRun: boolean): SweepReport {
  const counts = { foreign: 0, keep: 0, adopt: 0, undo: 0, wait: 0, missing: 0, superseded: 0 };
  return { at: at.toISOString(), dry_run: dryRun, counts, findings: [] };
}

/** Whether operators are to be told of it: nothing need be said of what goes its way. */
export function isTold({ verdict, isOdd }: Decision): boolean {
  return isOdd === true || (verdict !== 'keep' && verdict !== 'foreign');
}

/** The report with one more finding. */
export function withFinding(report: SweepReport, finding: Finding): SweepReport {
  const { counts, findings } = report;
  const isListed = isTold(finding) && findings.length < MOST_LISTED;
  return {
    ...report,
    counts: { ...counts, [finding.verdict]: counts[finding.verdict] + 1 },
    findings: isListed ? [...findings, finding] : findings,
  };
}

/**
 * The report of a whole pass, before anything ends: where that would be too much, nothing will. An environment whose
 * namespace is missing ends as well, by its own look. Done twice, it is as done once.
 */
export function withinLimit(report: SweepReport): SweepReport {
  if (report.alarm !== undefined) return report;
  const { counts, findings } = report;
  const ending = counts.undo + counts.missing;
  const lookedAt = ending + counts.keep + counts.adopt + counts.wait;
  if (ending <= MOST_UNDONE && ending <= Math.max(1, MOST_UNDONE_SHARE * lookedAt)) return report;
  const isMissing = counts.missing > 0;
  const alarm =
    `${ending} of ${lookedAt} namespaces would be undone${isMissing ? `, or are missing (${counts.missing})` : ''}, ` +
    `which is more than ${MOST_UNDONE} or ${100 * MOST_UNDONE_SHARE} %: none is. ` +
    `${isMissing ? 'Make sure that the workers reach the right cluster, and terminate what is missing. ' : ''}` +
    'See which by `berth sweep --dry-run`, and delete by hand those that are to go.';
  return {
    ...report,
    alarm,
    counts: { ...counts, undo: 0, wait: counts.wait + counts.undo },
    findings: findings.map((finding) =>
      finding.verdict === 'undo' ? { ...finding, verdict: 'wait', reason: `${finding.reason}: too many are` } : finding,
    ),
  };
}
