import { log, setCurrentDetails, TemporalFailure, upsertMemo, workflowInfo } from '@temporalio/workflow';
import { type Decision, decide } from '../capacity/decide.ts';
import { withPlans } from '../capacity/ledger.ts';
import { lastPlans, lastServers, newlySetAside } from '../capacity/news.ts';
import type { Observed } from '../capacity/observed.ts';
import { ordersOf, removalsOf } from '../capacity/orders.ts';
import type { CapacityReport } from '../capacity/report.ts';
import { reportOf } from '../capacity/report-of.ts';
import { capacityDetails } from '../capacity/text.ts';
import { surveying, telling, tellingOnce } from './activity-options.ts';
import { fill } from './filling.ts';
import { tearDownLeftover } from './hand-over.ts';
import type { CapacityInput, CapacityMemo } from './messages.ts';
import { scale } from './scaling.ts';

/**
 * Has as many environments wait to be claimed, and as many servers run, as there should be: observe → one plan → apply. It
 * runs again and again,
 * and what one run leaves undone the next one sees: what is missing is made, and what is too much goes step by step.
 */
export async function CapacityWorkflow({ settings, dryRun = false }: CapacityInput): Promise<CapacityReport> {
  const { value: observed } = await surveying.observeCapacity(settings);
  const decision = decide(observed);
  const report = reportOf(settings, observed, decision, dryRun);
  setCurrentDetails(capacityDetails(report));
  if (dryRun) return report;
  remember(report, observed, decision);
  // Beside all else: slots are not held up by it.
  const scaling = scale(report, decision.servers);
  const { value: leftovers } = await surveying.takeBackSlots(removalsOf(decision));
  await Promise.all(leftovers.map(tearDownLeftover));
  await fill(ordersOf(decision));
  const done = await scaling;
  await tell(done, observed);
  return done;
}

/** For whoever asks, and for the next plan. */
function remember(
  capacity: CapacityReport,
  { ledger, demand, isForgetful }: Observed,
  { pools, servers }: Decision,
): void {
  const memo: CapacityMemo = {
    capacity,
    ...(!isForgetful && { ledger: withPlans(ledger, lastPlans(pools), lastServers(servers)) }),
    ...(demand && { demand }),
  };
  upsertMemo({ ...memo });
}

async function tell({ at, pools, servers }: CapacityReport, observed: Observed): Promise<void> {
  const newly = new Map(observed.pools.map((pool) => [pool.template, pool.newly]));
  const shown = pools.map((pool): Parameters<typeof tellingOnce.showPools>[0][number] => {
    return [pool, newly.get(pool.template) ?? { hits: 0, misses: 0 }];
  });
  await ifPossible(() => tellingOnce.showPools(shown, at, servers));
  for (const why of newlySetAside(pools, observed.ledger)) {
    log.warn(why);
    await ifPossible(() => telling.reportSetAside(workflowInfo().workflowId, why));
  }
}

/** Nothing is held up by that nobody can be told: the report says it all. */
async function ifPossible(told: () => Promise<unknown>): Promise<void> {
  try {
    await told();
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
  }
}
