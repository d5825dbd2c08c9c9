import type { Client } from '@temporalio/client';
import type { Cluster } from '../../src/cluster/client.ts';
import { isolate } from '../../src/cluster/isolate.ts';
import type { Specification } from '../../src/environment/request.ts';
import { firstTask } from '../first-task.ts';
import { Parts } from '../parts.ts';
import type { Bench } from '../servers.ts';
import { startBare } from './contenders.ts';
import { persistenceWrites } from './persistence-writes.ts';
import { type RecordedCall, recordCalls } from './recorded-calls.ts';
import { KEY } from './writes.ts';

const STARTS = 30;

/** What one start is made of: the time of each part in milliseconds (medians), and what it costs the servers. */
export interface Breakdown {
  startMs: Record<string, number>;
  isolationMs: Record<string, number>;
  costs: Record<string, number>;
}

/**
 * Takes starts apart, one after the other: by the times of the events in their histories, by the same calls to the
 * cluster made once more from here, and by what Temporal counts.
 */
export async function breakdownOf(
  bench: Bench,
  client: Client,
  cluster: Cluster,
  specifications: () => Specification,
): Promise<Breakdown> {
  const start = new Parts();
  const costs: Record<string, number> = {};
  const metrics = bench.servers.temporalMetrics ?? '';
  const writesBefore = await persistenceWrites(metrics);
  for (let round = 0; round < STARTS; round++) {
    const { dev_id } = specifications();
    const began = performance.now();
    await startBare(bench, dev_id);
    const answered = performance.now();
    const seen = await firstTask(client, dev_id);
    const [isolationMs, memoryMs] = seen.activitiesMs;
    if (isolationMs === undefined || memoryMs === undefined)
      throw new Error('A start of `bare` is two local activities.');
    start.add('POST to run begun: HTTP, token, template, describe, update-with-start', seen.begun - began);
    start.add('workflow task: through the queue to the worker', seen.taskBegun - seen.begun);
    start.add('workflow task: workflow set up in the worker', seen.setUpMs);
    start.add('workflow task: isolation, a local activity', isolationMs);
    start.add('workflow task: the namespace remembers, a local activity', memoryMs);
    const worked = seen.setUpMs + isolationMs + memoryMs;
    start.add('workflow task: back to Temporal', seen.taskEnded - seen.taskBegun - worked);
    start.add('ready to 200: update answered, HTTP', answered - seen.taskEnded);
    costs['workflow tasks'] = seen.tasks;
    costs['history events'] = seen.events;
  }
  costs['Temporal storage writes'] = ((await persistenceWrites(metrics)) - writesBefore) / STARTS;

  const isolation = new Parts();
  const calls = recordCalls(cluster);
  for (let round = 0; round < STARTS; round++) {
    calls.length = 0;
    const specification = specifications();
    await isolate(cluster, KEY, specification, { run: specification.dev_id, nonce: specification.dev_id });
    const [namespace, mark, denyAll] = calls as [RecordedCall, RecordedCall, RecordedCall];
    const built = Math.max(...calls.filter(({ isWrite }) => isWrite).map(({ ended }) => ended));
    isolation.add('namespace created', namespace.ended - namespace.begun);
    isolation.add('marked as ours', mark.ended - mark.begun);
    isolation.add('deny-all', denyAll.ended - denyAll.begun);
    isolation.add('all other guards, side by side', built - denyAll.ended);
    isolation.add('verification', Math.max(...calls.map(({ ended }) => ended)) - built);
    costs['cluster writes'] = calls.filter(({ isWrite }) => isWrite).length;
    costs['cluster reads'] = calls.filter(({ isWrite }) => !isWrite).length;
  }
  return { startMs: start.medians(), isolationMs: isolation.medians(), costs };
}
