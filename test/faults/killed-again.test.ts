import { expect, onTestFinished, test } from 'vitest';
import { Hold } from './faults.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

/** More than Temporal takes to tell of a task that it does not get done. */
const KILLS = 4;
const LATER = { Prefer: 'respond-async' };
/** Temporal gives a task up after 10 s, and pauses from the third time on. */
const TRIED_AGAIN_WITHIN_MS = 90_000;

test('workers killed one after the other in the same task are not taken for a defect, and the next one completes it', {
  timeout: 400_000,
  meta: { fault: 'workers killed again and again in one task' },
}, async ({ task }) => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await stage.startApi();
  const environment = stage.environment('unlucky');
  const creation = { method: 'POST', resource: 'namespaces', namespace: `dev-${environment.dev_id}` };
  const shown: unknown[] = [];

  for (let kills = 0; kills < KILLS; kills++) {
    const hold = new Hold('before it is done');
    const rule = stage.proxy.on(creation, hold.fault);
    await stage.startWorker(`worker-${kills}`);
    if (kills === 0) await stage.start({ ...environment, template: 'bare' }, { headers: LATER });
    await hold.caughtWithin(TRIED_AGAIN_WITHIN_MS, `the namespace, for the ${kills + 1}. time`);
    shown.push((await stage.status(environment)).problem);
    await stage.killWorker(`worker-${kills}`);
    rule.left = 0;
    hold.drop();
  }
  await stage.startWorker('last');

  expect(await stage.settled(environment, Date.now() + TRIED_AGAIN_WITHIN_MS)).toMatchObject({ state: 'ready' });
  expect(shown).toEqual(Array.from({ length: KILLS }));
  expect(await stage.terminate(environment)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  await stage.endProcesses();
  await closeRow(task, KILLS, stage.scope());
});
