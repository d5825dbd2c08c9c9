import { setCurrentDetails, TemporalFailure, upsertMemo } from '@temporalio/workflow';
import type { CapacityReport } from '../capacity/report.ts';
import { withFailures } from '../capacity/report-of.ts';
import { type ServersOrder, type ServersPlan, serverOrders } from '../capacity/servers/plan.ts';
import type { ServersFailure } from '../capacity/servers/report.ts';
import { capacityDetails } from '../capacity/text.ts';
import { tellingOnce } from './activity-options.ts';
import { causeOf } from './failure.ts';

/**
 * Has as many servers run as were planned. The next plan sees what has come of it: nothing is tried again by this one.
 * @returns the report, which says what could not be done
 */
export async function scale(report: CapacityReport, plans: readonly ServersPlan[]): Promise<CapacityReport> {
  const orders = serverOrders(plans);
  const again = plans.some((plan) => plan.again);
  if (orders.length === 0 && !again) return report;
  const failures = await carryOut(orders, again);
  if (failures.length === 0) return report;
  const told = withFailures(report, failures);
  setCurrentDetails(capacityDetails(told));
  upsertMemo({ capacity: told });
  return told;
}

async function carryOut(orders: ServersOrder[], again: boolean): Promise<ServersFailure[]> {
  try {
    return (await tellingOnce.scaleServers(orders, again)).value;
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    return orders.map(({ kind }) => ({ kind, failure: causeOf(error) }));
  }
}
