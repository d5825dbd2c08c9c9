import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { Load } from '../../../src/api/admission/load.ts';
import type { QueuesReading } from '../../../src/api/admission/read-queues.ts';

const TIMES = { everyMs: 5, freshMs: 1000, watchedMs: 100 };

/** What is read of a queue in which somebody has waited for long. */
function busy(hasWorkers = true): QueuesReading {
  const queue = { at: performance.now(), waiting: 10, oldestMs: 5000, takenPerSecond: 1 };
  return { queues: [queue], hasWorkers };
}

it('the load is read again and again, one reading at a time however many ask, and no more once nobody does', async () => {
  let [readings, atOnce, mostAtOnce] = [0, 0, 0];
  const load = new Load(async () => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    readings += 1;
    await pause(5);
    atOnce -= 1;
    return busy();
  }, TIMES);
  expect(readings).toBe(0);

  for (let caller = 0; caller < 1000; caller++) load.watch();

  await vi.waitUntil(() => {
    load.watch();
    return readings > 3;
  });
  expect(mostAtOnce).toBe(1);
  await vi.waitFor(async () => {
    const before = readings;
    await pause(20 * TIMES.everyMs);
    expect(readings).toBe(before);
  });
  load.watch();
  const before = readings;
  await vi.waitUntil(() => readings > before);
});

it('the load is not known before it was read, nor while no worker runs', async () => {
  let hasWorkers = true;
  const load = new Load(() => Promise.resolve(busy(hasWorkers)), TIMES);
  expect(load.queues).toEqual([]);

  load.watch();
  await vi.waitUntil(() => load.queues.length === 1);

  hasWorkers = false;
  load.watch();
  await vi.waitUntil(() => load.queues.length === 0);
});

it('the load is no longer known where Temporal does not tell it any more', async () => {
  let isThere = true;
  const load = new Load(() => (isThere ? Promise.resolve(busy()) : Promise.reject(new Error('gone'))), TIMES);
  load.watch();
  await vi.waitUntil(() => load.queues.length === 1);

  isThere = false;
  const watching = setInterval(() => load.watch(), 50);

  await vi.waitUntil(() => load.queues.length === 0, { timeout: 20_000 });
  clearInterval(watching);
});
