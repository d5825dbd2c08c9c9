import type { Decision } from './decide.ts';
import type { PoolLedger } from './ledger.ts';
import { fresh, type Slot } from './observation.ts';
import type { Observed, ObservedPool } from './observed.ts';
import type { PoolPlan } from './pool-plan.ts';
import type { CapacityReport, PoolInputs, PoolReport, PoolUsage, PreparedReport } from './report.ts';
import type { ServersObserved } from './servers/observed.ts';
import type { ServersPlan } from './servers/plan.ts';
import { type ServersFailure, type ServersReport, serversReport } from './servers/report.ts';
import type { Settings } from './settings.ts';

/** So many of those who are awaited are listed. */
const MOST_LISTED = 200;

/** What operators are shown of a plan, and of what it was made by. */
export function reportOf(
  settings: Settings,
  observed: Observed,
  { pools, prepared, servers }: Decision,
  dryRun: boolean,
): CapacityReport {
  const headroom = observed.pools.some(({ takesRoom }) => takesRoom) ? fresh(observed.headroom) : undefined;
  return {
    at: new Date(observed.atMs).toISOString(),
    dry_run: dryRun,
    settings,
    ...(headroom !== undefined && { headroom }),
    pools: pools.flatMap((plan) => {
      const seen = observed.pools.find(({ template }) => template === plan.template);
      const ledger = observed.ledger.pools[plan.template];
      return seen && ledger ? [poolReport(plan, seen, ledger)] : [];
    }),
    ...(observed.servers && { servers: reportOfServers(observed.servers, servers) }),
    prepared: prepared.report.slice(0, MOST_LISTED),
    prepared_counts: preparedCounts(prepared.report),
  };
}

function reportOfServers(observed: readonly ServersObserved[], plans: readonly ServersPlan[]): ServersReport[] {
  return observed.map((seen) =>
    serversReport(
      plans.find(({ kind }) => kind === seen.kind),
      seen,
    ),
  );
}

/** The report, with what could not be done. */
export function withFailures(report: CapacityReport, failures: readonly ServersFailure[]): CapacityReport {
  const servers = report.servers?.map((one) => ({ ...one, ...failures.find(({ kind }) => kind === one.kind) }));
  return { ...report, ...(servers && { servers }) };
}

function preparedCounts(prepared: readonly PreparedReport[]): CapacityReport['prepared_counts'] {
  const counts: CapacityReport['prepared_counts'] = {};
  for (const { state } of prepared) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function poolReport(plan: PoolPlan, seen: ObservedPool, ledger: PoolLedger): PoolReport {
  const why = plan.breaker && setAside(plan.breaker.digest, plan, ledger);
  return {
    template: plan.template,
    digest: seen.digest,
    plan,
    inputs: inputsOf(seen),
    slots: countsOf(fresh(seen.pool)?.slots ?? []),
    usage: usageOf(ledger),
    ...(why !== undefined && { set_aside: why }),
  };
}

function inputsOf({ floor, ceiling, calendar, forecast, claimsPerMinute, makeMs }: ObservedPool): PoolInputs {
  const [wanted, expected, rate] = [fresh(calendar)?.count, fresh(forecast), fresh(claimsPerMinute)];
  return {
    floor,
    ceiling,
    ...(wanted !== undefined && { calendar: wanted }),
    ...(expected !== undefined && { forecast: expected }),
    ...(rate !== undefined && { claims_per_minute: rate }),
    make_seconds: Math.round(makeMs / 100) / 10,
  };
}

function countsOf(slots: readonly Slot[]): Record<Slot['state'], number> {
  const counts = { making: 0, ready: 0, broken: 0, going: 0 };
  for (const { state } of slots) counts[state]++;
  return counts;
}

function usageOf({ sinceMs, hits, misses, idleSlotHours }: PoolLedger): PoolUsage {
  const starts = hits + misses;
  return {
    since: new Date(sinceMs).toISOString(),
    hits,
    misses,
    ...(starts > 0 && { hit_rate: hits / starts }),
    idle_slot_hours: Math.round(idleSlotHours * 1000) / 1000,
  };
}

/** Why a version is set aside: how often its slots failed, and the last failure in its own words. */
function setAside(digest: string, { template, breaker }: PoolPlan, { versions }: PoolLedger): string {
  const failure = versions.find((version) => version.digest === digest)?.failure ?? 'the cause is unknown';
  return `${breaker?.failures} slots of the template '${template}' in a row could not be made of ${digest}: ${failure}`;
}
