import type { Client } from '@temporalio/client';
import { formatStarts } from '../../capacity/demand.ts';
import { startsIn } from '../../capacity/demand-record.ts';
import { capacityMemory } from '../../temporal/capacity-memory.ts';

/** An answer has no more lines, which is 4 MB. */
const MOST_STARTS = 100_000;

/** The starts that the forecast goes by, the latest of them: lines of `time,template`, which say nothing of who it was. */
export async function recordedDemand(client: Client): Promise<string> {
  const { demand } = await capacityMemory(client);
  return formatStarts(demand === undefined ? [] : startsIn(demand, MOST_STARTS));
}
