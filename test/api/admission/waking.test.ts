import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { Load } from '../../../src/api/admission/load.ts';
import { createApp } from '../../../src/api/app.ts';
import { TokenFile } from '../../../src/api/authentication/token-file.ts';
import { Drain } from '../../../src/api/drain.ts';
import { InFlight } from '../../../src/api/http/in-flight.ts';
import { GENEROUS } from '../../../src/api/limits/limits.ts';
import type { Identity } from '../../../src/environment/identity.ts';
import { BUILT_IN_TEMPLATES } from '../../../src/local/repository.ts';
import { TemplateCatalogue } from '../../../src/templates/catalogue.ts';
import { Hold } from '../../faults/faults.ts';
import { Stage } from '../../faults/stage.ts';
import { adminToken, call } from '../../setup/client.ts';

/** Ten a second are taken from it, and what comes now waits for half a minute. */
const BUSY = { waiting: 300, oldestMs: 40_000, takenPerSecond: 10 };
const CALM = { waiting: 0, oldestMs: 0, takenPerSecond: 0.1 };
const IMPATIENT = { Prefer: 'wait=2' };
const LATER = { Prefer: 'respond-async' };
const TOO_MUCH = {
  status: 503,
  body: { type: 'urn:berth:problem:unavailable', detail: expect.stringMatching(/would begin in 3\d s/) },
};

describe('where much is queued, what sleeps', () => {
  let stage: Stage;
  /** API servers of the same installation that see much in both queues, or in that of pods alone. */
  let busy: string;
  let busyWithPods: string;
  const closing: (() => void)[] = [];

  beforeAll(async () => {
    stage = await Stage.setUp();
    await Promise.all([stage.startApi(), stage.startWorker('worker')]);
    busy = await apiThatSees([BUSY, CALM]);
    busyWithPods = await apiThatSees([CALM, BUSY]);
  });
  afterAll(async () => {
    for (const close of closing) close();
    await Promise.all(stage?.accepted.map((one) => stage.terminate(one)) ?? []);
    await stage?.close();
  });

  async function apiThatSees(seen: readonly (typeof BUSY)[]): Promise<string> {
    const at = performance.now();
    const load = new Load(() => Promise.resolve({ queues: seen.map((one) => ({ ...one, at })), hasWorkers: true }));
    const app = createApp({
      client: stage.temporal,
      tokens: new TokenFile(inject('servers').tokensFile),
      templates: new TemplateCatalogue(BUILT_IN_TEMPLATES),
      log: pino({ level: 'silent' }),
      inFlight: new InFlight(100),
      limits: GENEROUS,
      drain: new Drain(),
      load,
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const watching = setInterval(() => load.watch(), 1000);
    closing.push(() => clearInterval(watching));
    load.watch();
    await vi.waitUntil(() => load.queues.length > 0);
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async function wake(body: Identity, api: string, headers: Record<string, string> = { Prefer: 'wait=20' }) {
    return await call(await adminToken(), 'POST', '/environments/wake', { body, headers, api });
  }

  /** The cluster does not answer what is written. */
  function held(method: string): Hold {
    const hold = new Hold('before it is done');
    stage.proxy.on({ method }, hold.fault);
    onTestFinished(() => {
      hold.release();
      stage.proxy.clear();
    });
    return hold;
  }

  async function asleep(name: string, template = 'bare') {
    const environment = stage.environment(name);
    expect((await stage.start({ ...environment, template })).status).toBe(200);
    expect((await stage.ask('sleep', environment)).status).toBe(200);
    return environment;
  }

  it('is not woken by a start, nor by a wake, whose caller does not wait for as long, and sleeps on', async () => {
    const environment = await asleep('refused');

    const started = await stage.start(environment, { api: busy, headers: IMPATIENT });
    const woken = await wake(environment, busy, IMPATIENT);

    for (const answer of [started, woken]) {
      expect(answer).toMatchObject(TOO_MUCH);
      expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(28);
    }
    expect(await stage.status(environment)).toMatchObject({ state: 'asleep' });
  });

  it('is woken for whoever waits for as long, and then for whoever joins', async () => {
    const environment = await asleep('patient');
    const hold = held('PATCH');

    const woken = await wake(environment, busy, LATER);
    const joined = await stage.start(environment, { api: busy, headers: IMPATIENT });
    hold.release();

    expect([woken.status, joined.status]).toEqual([202, 202]);
    expect(await stage.settled(environment)).toMatchObject({ state: 'ready' });
  });

  it('keeps nobody from what is ready, or starting already', async () => {
    const [ready, starting] = [stage.environment('ready'), stage.environment('starting')];
    await stage.start({ ...ready, template: 'bare' });
    const hold = held('POST');
    await stage.start({ ...starting, template: 'bare' }, { headers: LATER });

    const joined = await Promise.all(
      [ready, starting].map((environment) => stage.start(environment, { api: busy, headers: IMPATIENT })),
    );
    hold.release();

    expect(joined.map(({ status }) => status)).toEqual([200, 202]);
    expect(await stage.settled(starting)).toMatchObject({ state: 'ready' });
  });

  it('is kept out by pods that others wait for only where it has some itself', async () => {
    const [bare, withPods] = [await asleep('bare'), await asleep('pods', 'default')];

    expect((await wake(bare, busyWithPods)).status).toBe(200);
    expect(await wake(withPods, busyWithPods, IMPATIENT)).toMatchObject(TOO_MUCH);
  });
});
