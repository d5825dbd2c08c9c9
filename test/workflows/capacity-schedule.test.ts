import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Standing } from '../../src/capacity/floors.ts';
import { NO_POOLS } from '../../src/capacity/settings.ts';
import { capacityNow } from '../../src/temporal/capacity-now.ts';
import { changeCapacity, planNow } from '../../src/temporal/capacity-schedule.ts';
import { keepCapacity, restoreCapacity } from '../../src/worker/schedules.ts';
import { HOUSEKEEPING_QUEUE, REFILL_QUEUE } from '../../src/workflows/messages.ts';
import { newTemporalNamespace } from '../faults/temporal-namespace.ts';

const HALF_A_MINUTE_MS = 30_000;
const POOL = { floor: 5, ceiling: 300 };

let client: Client;
beforeEach(async () => {
  client = await newTemporalNamespace();
});
afterEach(() => client.connection.close());

const schedule = () => client.schedule.getHandle('capacity');
const taken = async () => (await schedule().describe()).info.numActionsTaken;
const poolsNow = async () => (await capacityNow(client)).settings.pools;
/** Adds a pool to what is set. */
const withPool =
  (name: string) =>
  ({ settings = NO_POOLS, ...rest }: Partial<Standing> = {}): Standing => ({
    ...rest,
    settings: { ...settings, pools: { ...settings.pools, [name]: POOL } },
  });

describe('the schedule by which capacity is planned', () => {
  it('is not there until there is a pool', async () => {
    await keepCapacity(client, {});
    await planNow(client);

    await expect(schedule().describe()).rejects.toThrow();
    expect(await capacityNow(client)).toEqual({ settings: NO_POOLS, paused: false });
  });

  it('plans every half minute, one at a time, and does not make up for what was missed', async () => {
    await changeCapacity(client, withPool('node'));

    const { spec, policies, action, raw } = await schedule().describe();
    expect(spec.intervals).toMatchObject([{ every: HALF_A_MINUTE_MS }]);
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 10_000 });
    expect(action).toMatchObject({ workflowType: 'CapacityWorkflow', taskQueue: HOUSEKEEPING_QUEUE });
    expect(action).toMatchObject({ args: [{ settings: { pools: { node: POOL }, calendar: [] } }] });
    expect(raw.schedule?.action?.startWorkflow?.workflowRunTimeout?.seconds?.toString()).toBe('600');
    // A schedule whose runs are tried again by Temporal loses track of them.
    expect(action).not.toHaveProperty('retry.maximumAttempts');
  });

  it('keeps every one of many changes at once, the one that makes it too', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];

    const written = await Promise.all(names.map((name) => changeCapacity(client, withPool(name))));

    expect(written).toEqual(names.map(() => true));
    expect(Object.keys(await poolsNow()).sort()).toEqual(names);
  });

  it('makes a change again that another has overtaken, to what that one has left', async () => {
    await changeCapacity(client, withPool('node'));

    await changeCapacity(
      overtakenBy(() => changeCapacity(client, withPool('quick'))),
      withPool('slow'),
    );

    expect(Object.keys(await poolsNow()).sort()).toEqual(['node', 'quick', 'slow']);
  });

  it('plans at once where that is asked for, or after the plan that is under way', async () => {
    await changeCapacity(client, withPool('node'));
    const before = await taken();

    await planNow(client);

    await expect.poll(taken, { timeout: 20_000 }).toBeGreaterThan(before);
  });

  it('stays paused where an operator has paused it: what is set changes, and nothing is planned', async () => {
    await changeCapacity(client, withPool('node'));
    await schedule().pause('The cluster is being changed.');
    const before = await taken();

    await changeCapacity(client, withPool('bare'));
    await planNow(client);

    const { state, info } = await schedule().describe();
    expect(state).toMatchObject({ paused: true, note: 'The cluster is being changed.' });
    expect(info.numActionsTaken).toBe(before);
    expect(await capacityNow(client)).toMatchObject({ paused: true, settings: { pools: { bare: POOL } } });
  });
});

/** A client whose first update arrives only after something else was done. */
function overtakenBy(other: () => Promise<unknown>): Client {
  const { workflowService } = client;
  let isFirst = true;
  const updateSchedule = async (request: Parameters<typeof workflowService.updateSchedule>[0]) => {
    if (isFirst) {
      isFirst = false;
      await other();
    }
    return await workflowService.updateSchedule(request);
  };
  const slow = Object.create(workflowService, { updateSchedule: { value: updateSchedule } });
  return Object.create(client, { workflowService: { value: slow } });
}

describe('the pools that an installation is started with', () => {
  it('are there, and planned at once', async () => {
    await keepCapacity(client, { node: 5 });

    expect(await poolsNow()).toEqual({ node: POOL });
    await expect.poll(taken, { timeout: 20_000 }).toBeGreaterThan(0);
  });

  it('are the same however many workers see to it at once', async () => {
    await Promise.all([1, 2, 3].map(() => keepCapacity(client, { node: 5 })));

    expect(await poolsNow()).toEqual({ node: POOL });
  });

  it('are set once: a restart undoes nothing that operators have set, and one with others takes effect', async () => {
    await keepCapacity(client, { node: 5 });
    await changeCapacity(client, (before) => ({ ...before, settings: NO_POOLS }));

    await keepCapacity(client, { node: 5 });
    expect(await poolsNow()).toEqual({});

    await keepCapacity(client, { node: 6 });
    expect(await poolsNow()).toEqual({ node: { floor: 6, ceiling: 300 } });
  });

  it('are planned as this release plans, where the schedule is of another: what is set stays, and a pause', async () => {
    await keepCapacity(client, { node: 5 });
    await changeCapacity(client, withPool('quick'));
    await schedule().pause('The cluster is being changed.');
    await schedule().update((before) => ({ ...before, action: { ...before.action, taskQueue: REFILL_QUEUE } }));

    await Promise.all([1, 2, 3].map(() => keepCapacity(client, { node: 5 })));

    const { action, state, info } = await schedule().describe();
    expect(action).toMatchObject({ taskQueue: HOUSEKEEPING_QUEUE });
    expect(state).toMatchObject({ paused: true, note: 'The cluster is being changed.' });
    expect(await poolsNow()).toEqual({ node: POOL, quick: POOL });
    expect(info.numActionsTaken).toBeLessThanOrEqual(1);
  });

  it('leave the schedule where there are none any more: what they have made is still to go', async () => {
    await keepCapacity(client, { node: 5 });

    await keepCapacity(client, {});

    expect((await schedule().describe()).action).toMatchObject({ args: [{ settings: NO_POOLS }] });
  });

  it('are there again where Temporal has lost everything, and else are left as somebody else was started', async () => {
    await restoreCapacity(client, { node: 5 });
    expect(await poolsNow()).toEqual({ node: POOL });

    await restoreCapacity(client, { bare: 1 });
    expect(await poolsNow()).toEqual({ node: POOL });
  });
});
