import { afterAll, beforeAll, expect, it } from 'vitest';
import { readQueues } from '../../../src/api/admission/read-queues.ts';
import { queueStats } from '../../../src/temporal/queue-stats.ts';
import { STEPS_AT_ONCE } from '../../../src/worker/worker.ts';
import { TASK_QUEUE } from '../../../src/workflows/messages.ts';
import { delay } from '../../faults/faults.ts';
import { Stage } from '../../faults/stage.ts';

/** Longer than whoever takes what waits is silent otherwise. */
const SILENT_MS = 11_000;
const SOON = { timeout: 60_000, interval: 500 };
const LATER = { Prefer: 'respond-async' };

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.setUp();
  await stage.startApi();
  await stage.startWorker('worker');
});
afterAll(() => stage?.close());

it('a worker that asks for nothing, since its hands are full, is seen to be there; one that was killed is not', async () => {
  const slow = stage.proxy.on({ method: 'POST', resource: 'namespaces' }, delay(120_000));
  const environments = Array.from({ length: 2 * STEPS_AT_ONCE }, (_, index) => stage.environment(`busy-${index}`));
  await Promise.all(
    environments.map((environment) => stage.start({ ...environment, template: 'bare' }, { headers: LATER })),
  );
  const silentForMs = async () => {
    const { lastAskedAt = 0, waiting } = await queueStats(stage.temporal, TASK_QUEUE, 'workflows');
    return waiting > 0 ? Date.now() - lastAskedAt : 0;
  };
  await expect.poll(silentForMs, SOON).toBeGreaterThan(SILENT_MS);

  expect(await readQueues(stage.temporal)).toMatchObject({ hasWorkers: true });
  expect(await silentForMs()).toBeGreaterThan(SILENT_MS);

  await stage.killWorker('worker');
  await expect.poll(() => readQueues(stage.temporal), SOON).toMatchObject({ hasWorkers: false });
  slow.left = 0;
  await stage.startWorker('worker');
  await Promise.all(environments.map((environment) => stage.terminate(environment)));
});
