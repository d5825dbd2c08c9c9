import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { percentiles, timed } from '../../bench/percentiles.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { type Answer, call } from '../setup/client.ts';
import { delay } from './faults.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import { atStrength, isFull } from './strength.ts';

/** The surge goes on until so many were refused: it takes some seconds until it shows. */
const REFUSED = atStrength(20, 200);
const MOST_STARTS = atStrength(300, 1500);
/** Far more than a worker can begin whose cluster is as slow as this. */
const [BETWEEN_MS, SLOW_MS] = [60, 3000];
const WAIT_S = 2;
/** For how long it is looked while nobody starts anything. */
const IDLE_MS = 4000;
/** Starts pass a queue of seconds; looks take milliseconds. The machine is busy with the surge, which has its share in it. */
const MOST_SLOWED = 40;
const WAITING = { Prefer: `wait=${WAIT_S}` };
const LATER = { Prefer: 'respond-async' };
/** The machine may be busy with others. */
const [PATIENCE_MS, TEST_MS] = [300_000, 900_000];

interface Tried {
  environment: Identity;
  answer: Answer;
  tookMs: number;
}

test('more starts than can be begun within their wait: some are refused early and leave nothing, come back when they are told to, and none that was accepted is lost', {
  timeout: TEST_MS,
  meta: { fault: 'more starts than can be done' },
}, async ({ task }) => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await stage.startApi();
  await stage.startApi();
  await stage.startWorker('worker');
  const usual = stage.environment('usual');
  expect((await stage.start({ ...usual, template: 'bare' })).status).toBe(200);
  // The first of each kind opens connections.
  await lookUntilOver(stage, usual, pause(IDLE_MS / 4));
  const idle = await lookUntilOver(stage, usual, pause(IDLE_MS));
  stage.proxy.on({ method: 'POST', resource: 'namespaces' }, delay(SLOW_MS));

  const surge = startOneAfterTheOther(stage);
  const looks = await lookUntilOver(stage, usual, surge);
  const tried = await surge;

  const refused = tried.filter(({ answer }) => answer.status === 503);
  const accepted = tried.filter(({ answer }) => answer.status !== 503);
  for (const { answer } of accepted) expect([200, 202], JSON.stringify(answer.body)).toContain(answer.status);
  expect(refused.length).toBeGreaterThanOrEqual(REFUSED);
  // What could be begun was.
  expect(accepted.length).toBeGreaterThanOrEqual(REFUSED);
  for (const { answer } of refused) {
    expect(answer.body).toMatchObject({
      type: 'urn:berth:problem:unavailable',
      detail: expect.stringMatching(/would begin in \d+ s/),
    });
    expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThan(0);
  }
  // Early: those who were let in waited for longer, on the same busy machine.
  const [refusedMs, medianStartMs] = [medianMs(refused), medianMs(accepted)];
  expect(refusedMs).toBeLessThan(medianStartMs / 2);
  // Not all are told the same moment; a few may be, as times are told in whole seconds.
  if (isFull) expect(new Set(refused.map(({ answer }) => answer.headers.get('Retry-After'))).size).toBeGreaterThan(1);
  // Status and health do not wait behind starts.
  const slowed = {
    health: percentiles(looks.healthMs).p90 / percentiles(idle.healthMs).p90,
    status: percentiles(looks.statusMs).p90 / percentiles(idle.statusMs).p90,
  };
  expect(slowed.health).toBeLessThan(MOST_SLOWED);
  expect(slowed.status).toBeLessThan(MOST_SLOWED);

  for (const { environment } of refused)
    expect(await stage.status(environment)).toMatchObject({ type: 'urn:berth:problem:not-found' });
  const tries = await Promise.all(refused.map((one) => comeBack(stage, one)));

  task.meta.notes = [
    `${refused.length} of ${tried.length} refused, after ${Math.round(refusedMs)} ms in the median`,
    `nine of ten looks at the status took ${slowed.status.toFixed(1)} × their idle time at most, at health ${slowed.health.toFixed(1)} ×; starts ${Math.round(medianStartMs)} ms in the median`,
    `those refused were let in after coming back ${percentiles(tries).p50} times in the median, ${Math.max(...tries)} at the most`,
  ];
  const deadline = Date.now() + PATIENCE_MS;
  const all = [usual, ...tried.map(({ environment }) => environment)];
  for (const environment of all) expect(await stage.settled(environment, deadline)).toMatchObject({ state: 'ready' });
  await Promise.all(all.map((environment) => stage.terminate(environment, LATER)));
  for (const environment of all)
    expect(await stage.settled(environment, deadline)).toMatchObject({ state: 'terminated' });
  await stage.endProcesses();
  await closeRow(task, tried.length, stage.scope());
});

function medianMs(tried: readonly Tried[]): number {
  return percentiles(tried.map(({ tookMs }) => tookMs)).p50;
}

/** At both API servers in turn. @returns what each was answered at first, and after how long */
async function startOneAfterTheOther(stage: Stage): Promise<Tried[]> {
  const starts: Promise<Tried>[] = [];
  let refused = 0;
  for (let index = 0; refused < REFUSED && index < MOST_STARTS; index++) {
    const one = start(stage, stage.environment(`surge-${index}`), stage.apis[index % 2]);
    starts.push(one);
    void one.then(({ answer }) => {
      if (answer.status === 503) refused += 1;
    });
    await pause(BETWEEN_MS);
  }
  return await Promise.all(starts);
}

async function start(stage: Stage, environment: Identity, api: string | undefined): Promise<Tried> {
  const began = performance.now();
  const answer = await stage.start({ ...environment, template: 'bare' }, { headers: WAITING, api });
  return { environment, answer, tookMs: performance.now() - began };
}

/** Ten times a second, whether or not the look before is answered: one that waits must not keep the next from coming. */
async function lookUntilOver(stage: Stage, usual: Identity, end: Promise<unknown>) {
  const [api = ''] = stage.apis;
  const [healthMs, statusMs]: [Promise<number>[], Promise<number>[]] = [[], []];
  const over = end.then(() => 'over');
  while ((await Promise.race([over, pause(100)])) !== 'over') {
    healthMs.push(timed(() => call(undefined, 'GET', '/health', { api })));
    statusMs.push(timed(() => stage.status(usual)));
  }
  return { healthMs: await Promise.all(healthMs), statusMs: await Promise.all(statusMs) };
}

/** Asks again after as many seconds as it was told, until it is let in. @returns how often */
async function comeBack(stage: Stage, { environment, answer }: Tried): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  let last = answer;
  for (let tries = 0; ; tries++) {
    if (last.status !== 503) {
      expect([200, 202], JSON.stringify(last.body)).toContain(last.status);
      return tries;
    }
    if (Date.now() > deadline) throw new Error(`It was still refused after it came back ${tries} times.`);
    await pause(1000 * Number(last.headers.get('Retry-After')));
    ({ answer: last } = await start(stage, environment, stage.apis[tries % 2]));
  }
}
