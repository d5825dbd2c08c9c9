import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { call } from '../setup/client.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

const MOST = 5;
const WAITING = { Prefer: 'wait=60' };
/** The machine may be busy with others. */
const SETTLED_MS = 120_000;
const TEST_MS = 300_000;

test('more callers than may wait at an API server are told to come back; who only looks is answered, and who waits is served', {
  timeout: TEST_MS,
  meta: { fault: 'more callers than may wait' },
}, async ({ task }) => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await stage.startApi({ BERTH_MOST_CALLS: String(MOST) });
  const [api = ''] = stage.apis;
  const start = (name: string) => stage.start({ ...stage.environment(name), template: 'bare' }, { headers: WAITING });
  const health = () => call<{ status: string }>(undefined, 'GET', '/health', { api });

  // No worker runs: all of these wait.
  const waiting = Array.from({ length: MOST }, (_, index) => start(`waiting-${index}`));
  const beyond = await vi.waitFor(
    async () => {
      await pause(100);
      const answer = await stage.ask('sleep', stage.environment('nobody'));
      expect(answer.status).toBe(503);
      return answer;
    },
    { timeout: 20_000 },
  );
  const started = await start('beyond');

  expect(beyond.body).toMatchObject({ type: 'urn:berth:problem:unavailable' });
  expect(started).toMatchObject({ status: 503, body: { detail: expect.stringContaining(`${MOST} callers at once`) } });
  for (const { headers } of [beyond, started]) expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
  expect(await health()).toMatchObject({ status: 200, body: { status: 'degraded' } });
  // Who waits is counted before Temporal has it.
  await expect
    .poll(() => stage.status(stage.environment('waiting-0')), { timeout: SETTLED_MS })
    .toMatchObject({ state: 'queued' });

  await stage.startWorker('worker');
  for (const answer of waiting) expect([200, 202]).toContain((await answer).status);
  expect([200, 202]).toContain((await start('beyond')).status);
  for (const environment of stage.accepted)
    expect(await stage.settled(environment, Date.now() + SETTLED_MS)).toMatchObject({ state: 'ready' });
  for (const { dev_id, project } of stage.accepted)
    await stage.terminate({ dev_id, project }, { Prefer: 'respond-async' });
  for (const environment of stage.accepted)
    expect(await stage.settled(environment, Date.now() + SETTLED_MS)).toMatchObject({ state: 'terminated' });
  await stage.endProcesses();
  await closeRow(task, 1, stage.scope());
});
