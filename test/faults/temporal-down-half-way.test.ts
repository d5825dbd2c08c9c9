import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { percentiles } from '../../bench/percentiles.ts';
import { Hold } from './faults.ts';
import { stageOfItsOwn } from './own-stage.ts';
import { closeRow } from './row.ts';
import { atStrength } from './strength.ts';

const DOWN_MS = atStrength(10_000, 60_000);
const REFUSED_WITHIN_MS = 2000;
const TEST_MS = 300_000;

it(`what is half-way when Temporal goes for ${DOWN_MS / 1000} s comes to its end; meanwhile every start is answered with 503`, {
  timeout: TEST_MS,
  meta: { fault: 'Temporal down in the middle of a start' },
}, async ({ task }) => {
  const { temporal, stage } = await stageOfItsOwn(['worker']);
  const [caught, other] = [stage.environment('caught'), stage.environment('other')];
  const hold = new Hold('after it is done');
  stage.proxy.on({ method: 'POST', resource: 'resourcequotas', namespace: `dev-${caught.dev_id}` }, hold.fault, 1);
  const later = { headers: { Prefer: 'respond-async' } };
  const accepted = await stage.start({ ...caught, template: 'bare' }, later);
  await hold.caughtWithin(30_000, 'the quota');

  await temporal.kill();
  hold.release();
  const tookMs: number[] = [];
  for (const until = Date.now() + DOWN_MS; Date.now() < until; await sleep(1000)) {
    const began = performance.now();
    const answer = await stage.start({ ...other, template: 'bare' });
    tookMs.push(performance.now() - began);
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:berth:problem:unavailable' } });
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
  }
  await temporal.start();

  const [usualMs, longestMs] = [percentiles(tookMs).p50, Math.max(...tookMs)];
  task.meta.notes = [`503 within ${Math.round(usualMs)} ms in the median, ${Math.round(longestMs)} ms at most`];
  // One or the other may be late on a machine that is busy with other things.
  expect(usualMs).toBeLessThan(REFUSED_WITHIN_MS);
  expect(accepted.status).toBe(202);
  const shown = async () => (await stage.status(caught)).state;
  await expect.poll(shown, { timeout: 60_000 }).toBe('ready');
  // Nor is anything begun that was refused.
  expect((await stage.status(other)).state).toBeUndefined();
  expect(await stage.terminate(caught)).toMatchObject({ status: 200, body: { state: 'terminated' } });
  await stage.endProcesses();
  await closeRow(task, 1, stage.scope());
});
