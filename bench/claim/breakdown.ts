import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { firstTask } from '../first-task.ts';
import { Parts } from '../parts.ts';
import { persistenceWrites } from '../start/persistence-writes.ts';
import { type Apiserver, between } from './apiserver.ts';
import type { People } from './people.ts';
import { type ProcessorTime, processorTime, usedSince } from './processor-time.ts';

/** What one leaves to be done must not burden the next. */
const PAUSE_MS = 250;

/** What one claim is made of, in milliseconds (medians), and what it costs. */
export interface Breakdown {
  claimMs: Record<string, number>;
  costs: Record<string, number>;
  /** Processor time by program, with that of the pauses: in milliseconds. */
  processorMs: ProcessorTime;
}

/** Takes claims apart, one after the other: by the times of the events in their histories, and by what servers count. */
export async function breakdownOf(
  { people, client, apiserver }: { people: People; client: Client; apiserver: Apiserver },
  template: string,
  count: number,
  temporalMetrics: string,
): Promise<Breakdown> {
  const claim = new Parts();
  const costs: Record<string, number> = {};
  const [persisted, counted] = [await persistenceWrites(temporalMetrics), await apiserver.counted()];
  const developers: { developer: string; began: number; answered: number }[] = [];
  const used = processorTime();
  for (let round = 0; round < count; round++) {
    await sleep(PAUSE_MS);
    const developer = people.next();
    const began = performance.now();
    const answer = await people.start(template, developer);
    if (answer === 'warm') developers.push({ developer, began, answered: performance.now() });
  }
  const processorMs = usedSince(used);
  const { patches, patchesMs } = between(counted, await apiserver.counted());
  costs['storage writes of Temporal'] = ((await persistenceWrites(temporalMetrics)) - persisted) / count;
  for (const { developer, began, answered } of developers) {
    const { begun, taskBegun, taskEnded, setUpMs, activitiesMs, tasks, events } = await firstTask(client, developer);
    const claimMs = activitiesMs[0] ?? Number.NaN;
    claim.add('POST to run begun: HTTP, token, template, describe, update-with-start', begun - began);
    claim.add('workflow task: through the queue to the worker', taskBegun - begun);
    claim.add('workflow task: workflow set up in the worker', setUpMs);
    claim.add('workflow task: the claim, a local activity', claimMs);
    claim.add('workflow task: back to Temporal', taskEnded - taskBegun - setUpMs - claimMs);
    claim.add('ready to 200: update answered, HTTP', answered - taskEnded);
    claim.add('all of it', answered - began);
    costs['workflow tasks'] = tasks;
    costs['history events'] = events;
    costs['local activities'] = activitiesMs.length;
  }
  costs['the swap in the apiserver, ms'] = patchesMs / patches;
  costs['patches of namespaces'] = patches / count;
  return {
    claimMs: claim.medians(),
    costs,
    processorMs: Object.fromEntries(Object.entries(processorMs).map(([name, ms]) => [name, ms / count])),
  };
}
