import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { call } from '../setup/client.ts';
import { delay } from './faults.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import { atStrength } from './strength.ts';

const SLOW_MS = atStrength(2000, 5000);
const LIVES = atStrength(3, 20);
const LATER = { Prefer: 'respond-async' };
const TEST_MS = 600_000;
/** Connections of one worker to its cluster. */
const CONNECTIONS = 16;

test('an apiserver that takes seconds for every answer: health and status do not wait for it, work completes, and asks no more than usual', {
  timeout: TEST_MS,
  meta: { fault: 'apiserver 5 s slow' },
}, async ({ task }) => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await Promise.all([stage.startApi(), stage.startWorker('worker')]);
  const [api = ''] = stage.apis;
  const slow = Array.from({ length: LIVES }, (_, index) => stage.environment(`slow-${index}`));
  const usual = stage.environment('usual');
  await live(stage, usual);
  let [waiting, mostWaiting] = [0, 0];
  const tarry = delay(SLOW_MS);
  stage.proxy.on({}, async (exchange) => {
    waiting += 1;
    mostWaiting = Math.max(mostWaiting, waiting);
    await Promise.resolve(tarry(exchange)).finally(() => {
      waiting -= 1;
    });
  });

  const lives = Promise.all(slow.map((environment) => live(stage, environment)));
  const answersMs: number[] = [];
  const look = async (ask: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await ask();
    answersMs.push(performance.now() - began);
  };
  const ended = lives.then(() => 'ended');
  while ((await Promise.race([ended, pause(100)])) !== 'ended') {
    await look(() => call(undefined, 'GET', '/health', { api }));
    await look(() => stage.status(usual));
  }
  const states = await lives;

  answersMs.sort((one, other) => one - other);
  const median = answersMs[Math.floor(answersMs.length / 2)] ?? Number.NaN;
  const longest = Math.round(answersMs.at(-1) ?? 0);
  task.meta.notes = [`health and status answered within ${Math.round(median)} ms in the median, ${longest} ms at most`];
  expect(states).toEqual(slow.map(() => ['ready', 'terminated']));
  // What waited for the cluster would take longer than one answer of it, however fast the machine is.
  expect(median).toBeLessThan(SLOW_MS / 2);
  expect(mostWaiting).toBeLessThanOrEqual(CONNECTIONS);
  // Not more because each takes longer; a busy machine may be late for one or the other.
  for (const environment of slow) expect(callsOf(stage, environment)).toBeLessThanOrEqual(2 * callsOf(stage, usual));
  await stage.endProcesses();
  await closeRow(task, LIVES, stage.scope());
});

/** From its start to its end. @returns what it came to each time */
async function live(stage: Stage, environment: ReturnType<Stage['environment']>): Promise<string[]> {
  const deadline = Date.now() + TEST_MS;
  await stage.start({ ...environment, template: 'bare' }, { headers: LATER });
  const { state: started } = await stage.settled(environment, deadline);
  await stage.terminate(environment, LATER);
  const { state: ended } = await stage.settled(environment, deadline);
  return [started, ended];
}

function callsOf({ proxy }: Stage, { dev_id }: ReturnType<Stage['environment']>): number {
  return proxy.requests.filter(({ namespace }) => namespace === `dev-${dev_id}`).length;
}
