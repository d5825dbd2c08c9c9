import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { expect, onTestFinished, test } from 'vitest';
import { percentiles, timed } from '../../bench/percentiles.ts';
import { type Identity, workflowId } from '../../src/environment/identity.ts';
import { STEPS_AT_ONCE } from '../../src/worker/worker.ts';
import { startUpdate } from '../../src/workflows/messages.ts';
import { inTurns } from '../faults/in-turns.ts';
import { closeRow } from '../faults/row.ts';
import { Stage } from '../faults/stage.ts';
import { atStrength, isFull } from '../faults/strength.ts';
import { besides, passedBy, type Turn, turnsOf } from './turns.ts';

const [QUEUED, ASKED] = atStrength<[number, number]>([150, 3], [500, 5]);
const IDLE_ROUNDS = atStrength(3, 20);
const AT_ONCE = 16;
const LATER = { Prefer: 'respond-async' };
const TEST_MS = 600_000;

test(`of one developer's ${ASKED}, asked for while another's ${QUEUED} are queued, each has its turn at once`, {
  timeout: TEST_MS,
  meta: { fault: `${QUEUED} starts of one developer before ${ASKED} of another` },
}, async ({ task }) => {
  const stage = await Stage.setUp();
  onTestFinished(() => stage.close());
  await Promise.all([stage.startApi(), stage.startWorker('idle')]);
  const those = (developer: string, count: number): Identity[] =>
    Array.from({ length: count }, (_, index) => ({ ...stage.environment(developer), project: `shop-${index}` }));
  const begin = (one: Identity, headers = {}) => stage.start({ ...one, template: 'bare' }, { headers });
  const askFor = (some: Identity[]): Promise<number[]> =>
    Promise.all(some.map((one) => timed(async () => expect(await begin(one)).toMatchObject({ status: 200 }))));

  const turns = (some: Identity[]): Promise<Turn[]> => turnsOf(stage.temporal, some.map(workflowId));

  await askFor(those('first', ASKED));
  const idleMs: number[] = [];
  for (let round = 0; round < IDLE_ROUNDS; round++) {
    await pause(250);
    idleMs.push(...(await askFor(those(`idle-${round}`, ASKED))));
  }
  await stage.endWorker('idle');
  const [many, few] = [those('many', QUEUED), those('few', ASKED)];
  await inTurns(many, AT_ONCE, async (one) => void (await begin(one, LATER)));
  await inTurns(few, AT_ONCE, async (one) => void (await begin(one, LATER)));
  await stage.startWorker('busy');
  // Until the worker is as quick as it gets.
  await ready(stage.temporal, many[Math.floor(QUEUED / 8)]);
  const busyMs = await askFor(those('late', ASKED));
  for (const one of [...few, many.at(-1)]) await ready(stage.temporal, one);

  const [ofMany, ofFew] = [await turns(many), await turns(few)];
  const [before, beside] = [passedBy(ofFew, ofMany), besides(ofFew, ofMany)];
  const ratio = Math.max(...busyMs) / percentiles(idleMs).p99;
  task.meta.notes = [
    `${before} were handed out before one that waited, which then had ${beside} beside it in work; of as many that came in the middle, the last took ${ratio.toFixed(2)} × the idle p99`,
  ];
  // One of each in turns, and as many more as are handed out at once. Without turns, all that were queued before come first.
  expect(before).toBeLessThanOrEqual(2 * (ASKED + STEPS_AT_ONCE));
  expect(beside).toBeLessThan(STEPS_AT_ONCE);
  if (isFull) expect(ratio).toBeLessThanOrEqual(2);

  const all = stage.accepted.map(({ dev_id, project }) => ({ dev_id, project }));
  await inTurns(all, 2 * AT_ONCE, async (one) => void (await stage.terminate(one)));
  await stage.endProcesses();
  await closeRow(task, all.length, stage.scope());
});

/** Waits until an environment is ready. */
async function ready(client: Client, one: Identity | undefined): Promise<void> {
  if (one !== undefined) await client.workflow.getHandle(workflowId(one)).executeUpdate(startUpdate);
}
