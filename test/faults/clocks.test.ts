import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Hold } from './faults.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

// The Date of a worker and of an API server jumps in the middle of their work. It is theirs alone: the preloaded module
// needs nothing installed, and whatever the product decides by the time of day it asks JavaScript for.

const PRELOAD = fileURLToPath(new URL('jumping-clock.ts', import.meta.url));
const FIVE_MINUTES_MS = 300_000;
/** The process has seen the jump by then. */
const SEEN_MS = 300;
const CAUGHT_MS = 30_000;

let stage: Stage;
let jump: (ms: number) => Promise<void>;

beforeEach(async () => {
  stage = await Stage.setUp();
  const file = join(stage.directory, 'clock');
  writeFileSync(file, '0');
  const variables = { NODE_OPTIONS: `--import=${PRELOAD}`, TEST_CLOCK_FILE: file };
  await Promise.all([stage.startApi(variables), stage.startWorker('worker', variables)]);
  jump = async (ms) => {
    writeFileSync(file, String(ms));
    await sleep(SEEN_MS);
  };
});
afterEach(() => stage.close());

describe.each([
  ['put forward', FIVE_MINUTES_MS],
  ['put back', -FIVE_MINUTES_MS],
])('clocks that are %s by five minutes', (how, ms) => {
  it('in the middle of a start end neither the start nor the wait for it, and nothing that is ready', async ({
    task,
  }) => {
    task.meta.fault = `clocks ${how} by 5 min in the middle of a start`;
    const before = { ...stage.environment('before'), template: 'bare', ttl: '5m' };
    await stage.start(before);
    const caught = { ...stage.environment('caught'), template: 'node' };
    const hold = new Hold('before it is done');
    const rule = stage.proxy.on(
      { method: 'PATCH', resource: 'deployments', namespace: `dev-${caught.dev_id}` },
      hold.fault,
    );
    const starting = stage.start(caught);
    await hold.caughtWithin(CAUGHT_MS, 'the workload');

    await jump(ms);
    rule.left = 0;
    hold.release();

    expect(await starting).toMatchObject({ status: 200, body: { state: 'ready' } });
    expect(await stage.status(before)).toMatchObject({ state: 'ready' });
    await jump(0);
    await Promise.all([before, caught].map((identity) => stage.terminate(identity)));
    await stage.endProcesses();
    await closeRow(task, 1, stage.scope());
  });

  it('do not change how long a caller waits', async ({ task }) => {
    task.meta.fault = `clocks ${how} by 5 min in the middle of a wait`;
    const caught = stage.environment('caught');
    const hold = new Hold('before it is done');
    const rule = stage.proxy.on({ method: 'POST', resource: 'namespaces' }, hold.fault);
    const began = performance.now();
    const starting = stage.start({ ...caught, template: 'bare' }, { headers: { Prefer: 'wait=4' } });
    await hold.caughtWithin(CAUGHT_MS, 'the namespace');

    await jump(ms);

    expect(await starting).toMatchObject({ status: 202 });
    expect(performance.now() - began).toBeGreaterThan(3900);
    expect(performance.now() - began).toBeLessThan(20_000);
    rule.left = 0;
    hold.release();
    expect(await stage.settled(caught)).toMatchObject({ state: 'ready' });
    expect(await stage.terminate(caught)).toMatchObject({ status: 200, body: { state: 'terminated' } });
    await stage.endProcesses();
    await closeRow(task, 1, stage.scope());
  });
});
