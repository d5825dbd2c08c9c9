import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { percentiles } from '../../bench/percentiles.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { BUILT_IN_TEMPLATES } from '../../src/local/repository.ts';
import { temporaryDirectory } from '../local/start-command.ts';
import { type Answer, adminToken, call, someDeveloper } from '../setup/client.ts';
import { OwnTemporal } from './own-temporal.ts';
import { ProductProcess } from './product-process.ts';
import { closeRow } from './row.ts';

interface Health {
  status: string;
  temporal: string;
  workers: string;
}

describe('while Temporal', () => {
  it.each<[string, (temporal: OwnTemporal) => Promise<void>, (temporal: OwnTemporal) => Promise<void>]>([
    ['is not there', (temporal) => temporal.kill(), (temporal) => temporal.start()],
    ['is there and answers nothing', async (temporal) => temporal.freeze(), async (temporal) => temporal.thaw()],
  ])(
    '%s, every call answers 503 with Retry-After, in the median within 2 s; the API recovers by itself',
    async (_, breaks, mends) => {
      const { temporal, api } = await system();
      const token = await adminToken();
      const identity = { dev_id: someDeveloper(), project: 'shop' };
      const calls = {
        start: () => call(token, 'POST', '/environments/start', { api, body: { ...identity, template: 'bare' } }),
        terminate: () => call(token, 'POST', '/environments/terminate', { api, body: identity }),
        status: () => call(token, 'GET', `/environments/status?${new URLSearchParams(identity)}`, { api }),
        kubeconfig: () => call(token, 'POST', '/environments/kubeconfig', { api, body: identity }),
        list: () => call(token, 'GET', '/environments/status', { api }),
      };
      await expect.poll(async () => (await calls.list()).status).toBe(200);

      await breaks(temporal);

      const times: number[] = [];
      for (const [name, make] of Object.entries(calls)) {
        const { tookMs, answer } = await timed(make);
        expect(answer, name).toMatchObject({ status: 503, body: { type: 'urn:berth:problem:unavailable' } });
        expect(Number(answer.headers.get('Retry-After')), name).toBeGreaterThan(0);
        times.push(tookMs);
      }
      // One of them may meet a moment in which the machine has no time.
      expect(percentiles(times).p50).toBeLessThan(2000);
      expect(Math.max(...times)).toBeLessThan(5000);
      const down = { status: 'down', temporal: 'unreachable', workers: 'unknown' };
      expect(await health(api)).toMatchObject({ status: 503, body: down });

      await mends(temporal);

      await expect.poll(async () => (await calls.list()).status, { timeout: 20_000 }).toBe(200);
      expect(await health(api)).toMatchObject({ status: 200, body: { temporal: 'reachable' } });
    },
  );
});

it('an API that is started before Temporal waits for it, and says which part is missing', async () => {
  const { temporal, api, startWorker } = await system({ temporalRuns: false });
  expect(await health(api)).toMatchObject({ status: 503, body: { status: 'down', temporal: 'unreachable' } });

  await temporal.start();
  const withoutWorker = { status: 'degraded', temporal: 'reachable', workers: 'absent' };
  await expect.poll(async () => (await health(api)).body, { timeout: 20_000 }).toEqual(withoutWorker);
  expect((await health(api)).status).toBe(200);

  await startWorker();
  const whole = { status: 'ok', temporal: 'reachable', workers: 'polling' };
  await expect.poll(async () => (await health(api)).body, { timeout: 20_000 }).toEqual(whole);
});

it('a start answered with 202 while no worker runs is kept over a kill -9 of Temporal, and ready once a worker comes', {
  meta: { fault: 'Temporal down' },
}, async ({ task }) => {
  const { temporal, api, startWorker, scope } = await system();
  const token = await adminToken();
  const identity = { dev_id: someDeveloper(), project: 'shop' };
  const body = { ...identity, template: 'bare' };
  const accepted = await call(token, 'POST', '/environments/start', { api, body, headers: { Prefer: 'wait=1' } });
  const shown = async (): Promise<string> =>
    (await call(token, 'GET', `/environments/status?${new URLSearchParams(identity)}`, { api })).body.state;

  await temporal.kill();
  await temporal.start();
  await expect.poll(shown, { timeout: 20_000 }).toBe('queued');
  await startWorker();

  expect(accepted.status).toBe(202);
  await expect.poll(shown, { timeout: 60_000 }).toBe('ready');
  const ended = await call(token, 'POST', '/environments/terminate', { api, body: identity });
  expect(ended).toMatchObject({ status: 200, body: { state: 'terminated' } });
  await closeRow(task, 1, await scope(identity.dev_id, [accepted]));
});

/** An API server, and a Temporal of its own; a worker only when it is started. */
async function system({ temporalRuns = true } = {}) {
  const { tokensFile, workerKubeconfig, ownershipKeyFile, adminKubeconfig } = inject('servers');
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'logs'));
  const temporal = await OwnTemporal.prepare(directory);
  const processes: ProductProcess[] = [];
  onTestFinished(async () => {
    temporal.thaw();
    await Promise.all(processes.map((process) => process.end()));
    await temporal.kill();
  });
  if (temporalRuns) await temporal.start();
  const { api: port } = await choosePorts(join(directory, 'ports.json'), { api: undefined });
  const common = {
    BERTH_TEMPORAL_ADDRESS: temporal.address,
    BERTH_TEMPLATES_DIR: BUILT_IN_TEMPLATES,
    TMPDIR: directory,
  };
  const launch = async (part: 'worker' | 'api', env: NodeJS.ProcessEnv): Promise<void> => {
    processes.push(await ProductProcess.start(part, { ...common, ...env }, join(directory, `${part}.log`)));
  };
  await launch('api', {
    BERTH_LISTEN: `${LOOPBACK}:${port}`,
    BERTH_TOKENS_FILE: tokensFile,
    BERTH_LOG_LEVEL: 'silent',
  });
  const startWorker = () =>
    launch('worker', { KUBECONFIG: workerKubeconfig, BERTH_OWNERSHIP_KEY_FILE: ownershipKeyFile });
  const scope = async (developers: string, answers: Answer[]) => {
    const connection = await Connection.connect({ address: temporal.address });
    onTestFinished(() => connection.close());
    return {
      developers,
      temporal: new Client({ connection }),
      adminKubeconfig,
      accepted: answers.map(({ body }) => body),
    };
  };
  return { temporal, api: `http://${LOOPBACK}:${port}`, startWorker, scope };
}

function health(api: string): Promise<Answer<Health>> {
  return call<Health>(undefined, 'GET', '/health', { api });
}

async function timed(make: () => Promise<Answer>): Promise<{ tookMs: number; answer: Answer }> {
  const began = performance.now();
  const answer = await make();
  return { tookMs: performance.now() - began, answer };
}
