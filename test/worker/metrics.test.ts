import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../faults/stage.ts';
import { seriesIn, total } from '../setup/exposition.ts';

const NOTICED_WITHIN = { timeout: 30_000 };
const TEST_MS = 300_000;

describe('what a worker tells Prometheus', () => {
  let stage: Stage;
  const there = async (name: string, labels: Record<string, string> = {}) =>
    total(await stage.metricsOf('worker'), name, labels);

  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    await stage.startApi();
    await stage.startMeasuredWorker('worker', { BERTH_POOLS: 'bare=1' });
  }, TEST_MS);
  afterAll(async () => {
    if (process.env.DUMP) writeFileSync(process.env.DUMP, await stage.metricsOf('worker'));
    if (process.env.DUMP) writeFileSync(`${process.env.DUMP}.log`, readFileSync(stage.processOf('worker').log));
    await stage.close();
  });

  it('counts steps', { timeout: TEST_MS }, async () => {
    const [one, two] = [stage.environment('one'), stage.environment('two')];
    await stage.start({ ...one, template: 'bare' });
    await stage.start({ ...two, template: 'default' });
    await stage.terminate(one);
    await stage.terminate(two);
    await expect.poll(() => there('berth_activity_seconds_count', { activity: 'isolate', outcome: 'done' }), NOTICED_WITHIN).toBe(2);
  });
});
