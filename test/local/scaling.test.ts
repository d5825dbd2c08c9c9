import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { CapacityReport } from '../../src/capacity/report.ts';
import type { ServerKind } from '../../src/capacity/servers/observed.ts';
import type { ServersReport } from '../../src/capacity/servers/report.ts';
import { startApplication } from '../../src/local/application.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import type { CapacityNow } from '../../src/temporal/capacity-now.ts';
import { planNow } from '../../src/temporal/capacity-schedule.ts';
import { TASK_QUEUE } from '../../src/workflows/messages.ts';
import { delay } from '../faults/faults.ts';
import { Stage } from '../faults/stage.ts';
import { adminToken, call } from '../setup/client.ts';

const SOON = { timeout: 90_000, interval: 500 };
/** More than a worker has in hand at once, by some. */
const AT_ONCE = 90;
/** What makes a worker the narrow place: it waits for the cluster, while nobody computes anything. */
const CLUSTER_TAKES_MS = 1500;
/** A plan that comes sooner is no round of its own. */
const ROUND_MS = 10_500;

test('what npm start runs has more workers and API servers where there is more to do, then fewer again, and cuts nobody off', async () => {
  const stage = await Stage.setUp({ ownKey: true });
  const supervisor = new Supervisor(stage.directory);
  onTestFinished(async () => {
    await supervisor.stop();
    await stage.close();
  });
  const { temporal } = inject('servers');
  const { api: port } = await choosePorts(join(stage.directory, 'scaled-ports.json'), { api: undefined });
  const api = await startApplication({
    supervisor,
    servers: {
      ...{ temporal, workerKubeconfig: stage.proxy.kubeconfigFor('worker'), ownershipKeyFile: stage.ownershipKeyFile },
      ...{ imagesFile: undefined, probeImage: undefined },
    },
    temporalNamespace: stage.temporal.options.namespace,
    tokensFile: inject('servers').tokensFile,
    port,
    workerVariables: { BERTH_SWEEP_EVERY: 'never' },
    scales: true,
  });
  const token = await adminToken();
  const running = (part: 'worker' | 'api'): number => {
    const records = join(stage.directory, 'processes');
    return existsSync(records) ? readdirSync(records).filter((file) => file.startsWith(part)).length : 0;
  };
  const limit = async (servers: Record<ServerKind, { floor: number; ceiling: number }>) => {
    const { workers, api: apis } = servers;
    const body = { servers: { workers: { ...workers, quiet_rounds: 1 }, api: { ...apis, quiet_rounds: 1 } } };
    expect((await call(token, 'PUT', '/capacity', { api, body })).status).toBe(200);
  };
  const reported = async (kind: ServerKind): Promise<ServersReport | undefined> => {
    const { body } = await call<CapacityNow>(token, 'GET', '/capacity', { api });
    return body.report?.servers?.find((one) => one.kind === kind);
  };
  const pollers = async (): Promise<number> => {
    const { workflowService, options } = stage.temporal;
    const queue = { namespace: options.namespace, taskQueue: { name: TASK_QUEUE }, taskQueueType: 1 };
    const { pollers: all } = await workflowService.describeTaskQueue(queue);
    return new Set((all ?? []).map(({ identity }) => identity)).size;
  };
  // Everyone who asks, all the time, each by a connection of their own: of one that goes, too.
  const unanswered: string[] = [];
  let isAsking = true;
  const asking = (async () => {
    for (; isAsking; await sleep(100)) {
      const answer = await fetch(`${api}/health/live`, { headers: { connection: 'close' } }).catch(String);
      if (typeof answer === 'string' || answer.status !== 200) unanswered.push(String(answer));
    }
  })();

  await limit({ workers: { floor: 1, ceiling: 2 }, api: { floor: 2, ceiling: 2 } });
  await expect.poll(() => running('api'), SOON).toBe(2);
  await expect.poll(() => reported('workers'), SOON).toMatchObject({ desired: 1, running: 1 });
  const two = { servers: { workers: { floor: 2, ceiling: 2 } } };
  const dry = await call<CapacityReport>(token, 'PUT', '/capacity?dry_run=true', { api, body: two });
  expect(dry.body.servers).toMatchObject([{ kind: 'workers', desired: 2, running: 1 }, { kind: 'api' }]);
  expect(running('worker')).toBe(1);

  stage.proxy.on({ method: 'POST' }, delay(CLUSTER_TAKES_MS));
  const everybody = Array.from({ length: AT_ONCE }, (_, index) => stage.environment(`many-${index}`));
  const started = everybody.map((identity) => stage.start({ ...identity, template: 'bare' }, { api }));
  for (let plans = 0; plans < 10 && running('worker') < 2; plans++) {
    await sleep(3000);
    await planNow(stage.temporal);
  }
  expect(running('worker')).toBe(2);
  await expect.poll(pollers, SOON).toBe(2);
  stage.proxy.clear();
  expect((await Promise.all(started)).map(({ status }) => status)).toEqual(everybody.map(() => 200));

  await limit({ workers: { floor: 1, ceiling: 2 }, api: { floor: 1, ceiling: 2 } });
  for (let plans = 0; plans < 8 && running('worker') + running('api') > 2; plans++) {
    await sleep(ROUND_MS);
    await planNow(stage.temporal);
  }
  await expect.poll(() => [running('worker'), running('api')], SOON).toEqual([1, 1]);
  isAsking = false;
  await asking;
  expect(unanswered).toEqual([]);
  expect(supervisor.signal.aborted).toBe(false);
  // Whoever is left serves.
  expect((await stage.start({ ...stage.environment('late'), template: 'bare' }, { api })).status).toBe(200);
}, 300_000);
