import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { holdOn } from '../faults/holds.ts';
import { Stage } from '../faults/stage.ts';

const TEST_MS = 120_000;

it('a worker that is told to end, and whose parent goes then, ends as it would have: what it has in hand is done', {
  timeout: TEST_MS,
}, async () => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await stage.startApi();
  await stage.startWorker('abandoned');
  const environment = stage.environment('held');
  const namespace = `dev-${environment.dev_id}`;
  const hold = holdOn(stage.proxy, { method: 'POST', resource: 'resourcequotas', namespace }, 'after it is done');
  await stage.start({ ...environment, template: 'bare' }, { headers: { Prefer: 'respond-async' } });
  await hold.caughtWithin(30_000, 'the quota');
  const { log } = stage.processOf('abandoned');

  const code = await stage.abandonWorker('abandoned', () => hold.release());

  expect({ code, said: readFileSync(log, 'utf8') }).toEqual({
    code: 0,
    said: expect.not.stringContaining('IllegalStateError'),
  });
  await stage.startWorker('next');
  expect(await stage.settled(environment)).toMatchObject({ state: 'ready' });
});
