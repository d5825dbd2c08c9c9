import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { percentiles, timed } from '../../bench/percentiles.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { call } from '../setup/client.ts';
import { delay } from './faults.ts';
import { closeRow } from './row.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';
import { atStrength } from './strength.ts';

const SLOW_MS = atStrength(2000, 5000);
const LIVES = atStrength(3, 20);
/** In the median. */
const HEALTH_MS = 100;
const LATER = { Prefer: 'respond-async' };
const TEST_MS = 600_000;
/** Connections of one worker to its cluster. */
const CONNECTIONS = 16;

test('an apiserver that takes seconds for every answer: health and status do not wait for it, work completes, and asks no more than usual', {
  timeout: TEST_MS,
  meta: { fault: 'apiserver 5 s slow' },
}, async ({ task }) => {
  const stage = await servingStage();
  onTestFinished(() => stage.close());
  const [quick = [], slow = []] = ['quick', 'slow'].map((how) =>
    Array.from({ length: LIVES }, (_, index) => stage.environment(`${how}-${index}`)),
  );
  const usual = stage.environment('usual');
  await live(stage, usual);
  const unhurt = await lead(stage, quick, usual);
  let [waiting, mostWaiting] = [0, 0];
  const tarry = delay(SLOW_MS);
  stage.proxy.on({}, async (exchange) => {
    // Idle watches are taken up again now and then, on connections of their own.
    if (exchange.request.query.includes('watch=true')) return await tarry(exchange);
    waiting += 1;
    mostWaiting = Math.max(mostWaiting, waiting);
    await Promise.resolve(tarry(exchange)).finally(() => {
      waiting -= 1;
    });
  });

  const { states, healthMs, statusMs } = await lead(stage, slow, usual);

  task.meta.notes = [
    `health within ${Math.round(healthMs)} ms in the median, ${Math.round(unhurt.healthMs)} ms before it was slow`,
    `status within ${Math.round(statusMs)} ms in the median, ${Math.round(unhurt.statusMs)} ms before it was slow`,
  ];
  expect(states).toEqual(slow.map(() => ['ready', 'terminated']));
  // The machine may be busy with others: then the same lives on a quick apiserver were the limit.
  expect(healthMs).toBeLessThan(Math.max(HEALTH_MS, 2 * unhurt.healthMs));
  expect(statusMs).toBeLessThan(Math.max(HEALTH_MS, 2 * unhurt.statusMs));
  expect(mostWaiting).toBeLessThanOrEqual(CONNECTIONS);
  // Not more because each takes longer; a busy machine may be late for one or the other.
  for (const environment of slow) expect(callsOf(stage, environment)).toBeLessThanOrEqual(2 * callsOf(stage, usual));
  await stage.endProcesses();
  await closeRow(task, LIVES, stage.scope());
});

/** Leads all of them at once, and looks meanwhile how long health and status take, in the median. */
async function lead(stage: Stage, environments: Identity[], usual: Identity) {
  const [api = ''] = stage.apis;
  const lives = Promise.all(environments.map((environment) => live(stage, environment)));
  const [healthMs, statusMs]: [number[], number[]] = [[], []];
  const ended = lives.then(() => 'ended');
  while ((await Promise.race([ended, pause(100)])) !== 'ended') {
    healthMs.push(await timed(() => call(undefined, 'GET', '/health', { api })));
    statusMs.push(await timed(() => stage.status(usual)));
  }
  return { states: await lives, healthMs: percentiles(healthMs).p50, statusMs: percentiles(statusMs).p50 };
}

/** From its start to its end. @returns what it came to each time */
async function live(stage: Stage, environment: Identity): Promise<string[]> {
  const deadline = Date.now() + TEST_MS;
  await stage.start({ ...environment, template: 'bare' }, { headers: LATER });
  const { state: started } = await stage.settled(environment, deadline);
  await stage.terminate(environment, LATER);
  const { state: ended } = await stage.settled(environment, deadline);
  return [started, ended];
}

function callsOf({ proxy }: Stage, { dev_id }: Identity): number {
  return proxy.requests.filter(({ namespace }) => namespace === `dev-${dev_id}`).length;
}
