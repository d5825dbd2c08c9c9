import { expect, test } from 'vitest';
import type { CapacityReport } from '../../src/capacity/report.ts';
import { TASK_QUEUE } from '../../src/workflows/messages.ts';
import { delay, Hold } from '../faults/faults.ts';
import type { Stage } from '../faults/stage.ts';
import { call } from '../setup/client.ts';
import { ROUND_MS, ScaledApplication } from './scaled-application.ts';

const SOON = { timeout: 90_000, interval: 500 };
/** More than a worker has in hand at once, by some. */
const AT_ONCE = 90;
/** What makes a worker the narrow place: it waits for the cluster, while nobody computes anything. */
const CLUSTER_TAKES_MS = 1500;
/** What fills an API server by three quarters, and what one has room for beside one that goes. */
const [MOST_CALLS, MANY, FEW] = [40, 30, 20];
/** Who comes next comes by another connection, to whichever server the system chooses. */
const ONCE = { connection: 'close' };
const START_ANSWERED = /"route":"\/environments\/start"/;

test('what npm start runs has more workers and API servers where there is more to do, then fewer again, and cuts nobody off', async () => {
  const application = await ScaledApplication.start();
  const { stage, api, token, supervisor } = application;
  const stopAsking = application.keepAsking();

  await application.limit({ workers: { floor: 1, ceiling: 2 }, api: { floor: 2, ceiling: 2 } });
  await expect.poll(() => application.running('api'), SOON).toBe(2);
  await expect.poll(() => application.reported('workers'), SOON).toMatchObject({ desired: 1, running: 1 });
  const two = { servers: { workers: { floor: 2, ceiling: 2 } } };
  const dry = await call<CapacityReport>(token, 'PUT', '/capacity?dry_run=true', { api, body: two });
  expect(dry.body.servers).toMatchObject([{ kind: 'workers', desired: 2, running: 1 }, { kind: 'api' }]);
  expect(application.running('worker')).toBe(1);

  stage.proxy.on({ method: 'POST' }, delay(CLUSTER_TAKES_MS));
  const everybody = Array.from({ length: AT_ONCE }, (_, index) => stage.environment(`many-${index}`));
  const started = everybody.map((identity) => stage.start({ ...identity, template: 'bare' }, { api }));
  await application.planUntil(() => application.running('worker') >= 2, 10, 3000);
  expect(application.running('worker')).toBe(2);
  await expect.poll(() => pollers(stage), SOON).toBe(2);
  stage.proxy.clear();
  expect((await Promise.all(started)).map(({ status }) => status)).toEqual(everybody.map(() => 200));

  await application.limit({ workers: { floor: 1, ceiling: 2 }, api: { floor: 1, ceiling: 2 } });
  await application.planUntil(() => application.running('worker') + application.running('api') <= 2, 8, ROUND_MS);
  await expect.poll(() => [application.running('worker'), application.running('api')], SOON).toEqual([1, 1]);
  expect(await stopAsking()).toEqual([]);
  expect(supervisor.signal.aborted).toBe(false);
  // Whoever is left serves.
  expect((await stage.start({ ...stage.environment('late'), template: 'bare' }, { api })).status).toBe(200);
}, 300_000);

test('requests in flight bring a second API server, which answers; it goes again when they are few, and those who wait there are told that it goes on', async () => {
  const application = await ScaledApplication.start({ BERTH_MOST_CALLS: String(MOST_CALLS) });
  const { stage, api } = application;
  const callers = (count: number, name: string) =>
    Array.from({ length: count }, () =>
      stage.start({ ...stage.environment(name), template: 'bare' }, { api, headers: ONCE }),
    );
  await application.limit({ workers: { floor: 1, ceiling: 1 }, api: { floor: 1, ceiling: 2 } });
  const stopAsking = application.keepAsking();

  const [built, builtLater] = [new Hold('before it is done'), new Hold('before it is done')];
  stage.proxy.on({ method: 'POST', resource: 'namespaces' }, built.fault);
  const many = callers(MANY, 'many');
  await built.caughtWithin(30_000, 'the first namespace');
  await application.planUntil(() => application.running('api') >= 2, 10, 3000);
  const because = { desired: 2, inputs: { requests_in_flight: MANY } };
  await expect.poll(() => application.reported('api'), SOON).toMatchObject(because);
  await expect.poll(() => application.logOf('api-2'), SOON).toContain('listening');
  stage.proxy.clear();
  stage.proxy.on({ method: 'POST', resource: 'namespaces' }, builtLater.fault);
  built.release();
  expect((await Promise.all(many)).map(({ status }) => status)).toEqual(Array(MANY).fill(200));

  const few = callers(FEW, 'few');
  await builtLater.caughtWithin(30_000, 'the second namespace');
  await application.planUntil(() => application.running('api') === 1, 8, ROUND_MS);
  await expect.poll(() => application.running('api'), SOON).toBe(1);
  builtLater.release();

  const told = (await Promise.all(few)).map(({ status }) => status);
  expect(new Set(told)).toEqual(new Set([200, 202]));
  expect(await stopAsking()).toEqual([]);
  for (const name of ['api', 'api-2']) expect(application.logOf(name)).toMatch(START_ANSWERED);
  // It does go on: whoever asks again gets it.
  expect((await Promise.all(callers(1, 'few'))).map(({ status }) => status)).toEqual([200]);
  expect(application.supervisor.signal.aborted).toBe(false);
}, 300_000);

test('a worker that is killed, and the only API server, are started again: starts go on', async () => {
  const application = await ScaledApplication.start();
  const { stage, api, supervisor, said } = application;
  const started = (developer: string) => stage.start({ ...stage.environment(developer), template: 'bare' }, { api });
  await application.limit({ workers: { floor: 2, ceiling: 2 }, api: { floor: 1, ceiling: 1 } });
  await expect.poll(() => pollers(stage), SOON).toBe(2);

  const dies = application.pidOf('worker');
  kill(dies);
  expect((await Promise.all(['one', 'two', 'three'].map(started))).map(({ status }) => status)).toEqual([
    200, 200, 200,
  ]);
  await expect.poll(() => application.pidOf('worker') ?? dies, SOON).not.toBe(dies);
  // Whoever is gone is listed for minutes.
  await expect.poll(() => pollers(stage), SOON).toBe(3);

  const served = application.pidOf('api');
  kill(served);
  await expect.poll(() => fetch(`${api}/health/ready`).then(({ status }) => status, String), SOON).toBe(200);
  expect(application.pidOf('api')).not.toBe(served);
  expect((await started('four')).status).toBe(200);
  expect(said).toEqual([/^worker ended/, /^api ended/].map((sentence) => expect.stringMatching(sentence)));
  expect(supervisor.signal.aborted).toBe(false);
}, 200_000);

function kill(pid: number | undefined): void {
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

async function pollers({ temporal: { workflowService, options } }: Stage): Promise<number> {
  const queue = { namespace: options.namespace, taskQueue: { name: TASK_QUEUE }, taskQueueType: 1 };
  const { pollers: all } = await workflowService.describeTaskQueue(queue);
  return new Set((all ?? []).map(({ identity }) => identity)).size;
}
