import { expect, onTestFinished, test } from 'vitest';
import { percentiles, timed } from '../../bench/percentiles.ts';
import { workflowId } from '../../src/environment/identity.ts';
import { Hold } from '../faults/faults.ts';
import { closeRow } from '../faults/row.ts';
import { Stage } from '../faults/stage.ts';
import { atStrength, isFull } from '../faults/strength.ts';
import { WarmSlots } from '../faults/warm-slots.ts';
import { adminToken, call } from '../setup/client.ts';
import { besides, overlapping, passedBy, type Span, turnsOf } from './turns.ts';

const SLOTS = atStrength(20, 100);
const PEOPLE = atStrength(6, 20);
/** As many as its worker has in work at once. */
const REFILLS_AT_ONCE = 8;
const TEST_MS = 600_000;
const FILLED = { timeout: 300_000, interval: 500 };
const BEGUN_MS = 120_000;

test(`while a pool of ${SLOTS} is filled and a sweep runs, who asks for an environment comes first`, {
  timeout: TEST_MS,
  meta: { fault: `people while ${SLOTS} slots are made` },
}, async ({ task }) => {
  // A sweep takes up what others have made by the same key.
  const stage = await Stage.setUp({ ownKey: true });
  onTestFinished(() => stage.close());
  await Promise.all([stage.startApi(), stage.startMeasuredWorker('worker')]);
  const [token, api = ''] = [await adminToken(), stage.apis[0]];
  const startOne = async (name: string): Promise<number> =>
    await timed(async () => {
      const answer = await stage.start({ ...stage.environment(name), template: 'bare' });
      expect(answer.status).toBe(200);
    });
  const inTurn = async (name: string): Promise<number[]> => {
    const tookMs: number[] = [];
    for (let one = 0; one < PEOPLE; one++) tookMs.push(await startOne(`${name}-${one}`));
    return tookMs;
  };

  await startOne('first');
  const idleMs = await inTurn('idle');
  // Of what was never made, only a few are tried at first.
  const fill = async (count: number): Promise<void> => {
    const pools = { default: { floor: count, ceiling: count } };
    expect((await call(token, 'PUT', '/capacity', { body: { pools }, api })).status).toBe(200);
  };
  await fill(1);
  await expect.poll(() => madeOf(stage), FILLED).toBe(1);
  // It is known at once that the first of many is in work.
  const first = new Hold('before it is done');
  stage.proxy.on({ method: 'POST', resource: 'namespaces' }, first.fault, 1);
  await fill(SLOTS);
  await first.caughtWithin(BEGUN_MS, 'the first slot');
  first.release();
  const busy = inTurn('busy');
  await sweepBeside(stage, busy);
  const busyMs = await busy;
  await expect.poll(() => madeOf(stage), FILLED).toBe(SLOTS);

  const slots = await turnsOf(stage.temporal, await slotsOf(stage));
  const people = Array.from({ length: PEOPLE }, (_, one) => workflowId(stage.environment(`busy-${one}`)));
  const turns = await turnsOf(stage.temporal, people);
  const sweeps = await sweepsOf(stage);
  const [before, beside] = [passedBy(turns, slots), besides(turns, slots)];
  const ratio = percentiles(busyMs).p50 / percentiles(idleMs).p50;
  task.meta.notes = [
    `${before} slots were taken in hand before a start that waited, ${beside} were in work beside it; it took ${ratio.toFixed(2)} × its idle time`,
    `of ${PEOPLE} starts ${overlapping(turns, slots)} came while slots were made, and ${overlapping(turns, sweeps)} while it was swept`,
  ];
  // Else nothing of that went on meanwhile.
  expect(overlapping(turns, slots)).toBeGreaterThan(0);
  expect(overlapping(turns, sweeps)).toBeGreaterThan(0);
  expect(before).toBeLessThanOrEqual(REFILLS_AT_ONCE);
  expect(beside).toBeLessThanOrEqual(REFILLS_AT_ONCE);
  if (isFull) expect(ratio).toBeLessThanOrEqual(2);

  // So that nothing is planned any more for those that are removed.
  await stage.temporal.schedule.getHandle('capacity').delete();
  const plans = `WorkflowType = 'CapacityWorkflow' AND ExecutionStatus = 'Running'`;
  await expect.poll(async () => (await stage.temporal.workflow.count(plans)).count, FILLED).toBe(0);
  await Promise.all(stage.accepted.map((one) => stage.terminate(one)));
  await new WarmSlots(stage).remove();
  await stage.endProcesses();
  await closeRow(task, stage.accepted.length, stage.scope());
});

/** The workflows that make slots, or have made them. */
async function slotsOf({ temporal }: Stage): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId: id } of temporal.workflow.list({ query: `WorkflowType = 'SlotWorkflow'` }))
    ids.push(id);
  return ids;
}

/** How many slots have been made. */
async function madeOf({ temporal }: Stage): Promise<number> {
  const made = `WorkflowType = 'SlotWorkflow' AND ExecutionStatus = 'Completed'`;
  return (await temporal.workflow.count(made)).count;
}

/** Sweeps again and again until people have what they asked for: a pass may be short. */
async function sweepBeside(stage: Stage, people: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = people.finally(() => {
    isOver = true;
  });
  while (!isOver) await stage.sweep();
  await over;
}

/** The passes that are over, by Temporal's clock. */
async function sweepsOf({ temporal }: Stage): Promise<Span[]> {
  const spans: Span[] = [];
  for await (const { startTime, closeTime } of temporal.workflow.list({ query: `WorkflowType = 'SweepWorkflow'` }))
    if (closeTime !== undefined) spans.push({ queuedAt: startTime.getTime(), doneAt: closeTime.getTime() });
  return spans;
}
