import { expect, it, onTestFinished } from 'vitest';
import { expectNothingLeft } from '../faults/census.ts';
import { Stage } from '../faults/stage.ts';
import { type Answer, adminToken, call } from '../setup/client.ts';

const LATER = { Prefer: 'respond-async' };

it('an API server that is told to end says so, serves on, and answers who waits before it ends: nothing of it is lost', async () => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await stage.startApi({ BERTH_DRAIN: '5s' });
  const [api = ''] = stage.apis;
  const token = await adminToken();
  const ask = (path: string): Promise<Answer<unknown>> => call(token, 'GET', path, { api });
  const [waiting, late] = [stage.environment('waiting'), stage.environment('late')];
  // No worker runs: it waits for minutes.
  const waited = stage.start({ ...waiting, template: 'bare' });
  await expect.poll(() => stage.status(waiting)).toMatchObject({ state: 'queued' });
  await expect.poll(() => ask('/environments/status')).toMatchObject({ body: { environments: [waiting] } });
  expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });

  const ended = stage.endApi(0);

  const isLeft = { status: 503, body: { status: 'draining' } };
  await expect.poll(() => ask('/health/ready')).toMatchObject(isLeft);
  const meanwhile = await Promise.all([ask('/health'), ask('/health/live'), ask('/environments/status')]);
  expect(meanwhile).toMatchObject([
    { status: 200, body: { status: 'draining', temporal: 'reachable' } },
    { status: 200, body: { status: 'ok' } },
    { status: 200, body: { environments: [waiting] } },
  ]);
  for (const { headers } of meanwhile) expect(headers.get('Connection')).toBe('close');
  expect(await stage.start({ ...late, template: 'bare' }, { headers: LATER })).toMatchObject({ status: 202 });

  const answer = await waited;
  expect(answer).toMatchObject({ status: 202, body: { ...waiting, state: 'queued' } });
  expect(answer.headers.get('Location')).toContain(waiting.dev_id);
  expect(await ended).toBe(0);
  await expect(ask('/health/live')).rejects.toThrow();

  await Promise.all([stage.startApi({}, 0), stage.startWorker('worker')]);
  for (const environment of [waiting, late]) {
    expect(await stage.settled(environment)).toMatchObject({ state: 'ready' });
    expect(await stage.terminate(environment)).toMatchObject({ status: 200 });
  }
  await stage.endProcesses();
  await expectNothingLeft(stage.scope());
});
