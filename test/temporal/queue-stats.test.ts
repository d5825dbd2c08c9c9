import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { allQueueStats, queueStats } from '../../src/temporal/queue-stats.ts';
import { newTemporalNamespace } from '../faults/temporal-namespace.ts';

/** Temporal tells the same for 5 seconds. */
const TOLD_WITHIN = { timeout: 30_000, interval: 500 };
const NOBODYS = 'nobody-takes-from-it';

describe('what Temporal tells of a task queue', () => {
  it('is how many tasks wait, for how long, and that nobody asks for them: those of workflows and of activities apart', async () => {
    const client = await newTemporalNamespace();
    onTestFinished(() => client.connection.close());
    for (const workflowId of ['one', 'two', 'three'])
      await client.workflow.start('AnyWorkflow', { workflowId, taskQueue: NOBODYS });

    const waiting = async () => (await queueStats(client, NOBODYS, 'workflows')).waiting;
    await expect.poll(waiting, TOLD_WITHIN).toBe(3);
    const aged = async () => (await queueStats(client, NOBODYS, 'workflows')).oldestMs;
    await expect.poll(aged, TOLD_WITHIN).toBeGreaterThan(2000);
    const [workflows, activities] = await allQueueStats(client, NOBODYS);

    expect(workflows).toMatchObject({ waiting: 3, takenPerSecond: 0, lastAskedAt: undefined });
    expect(workflows.addedPerSecond).toBeGreaterThan(0);
    expect(activities).toMatchObject({ waiting: 0, oldestMs: 0, addedPerSecond: 0 });
  });

  it('is not waited for where it does not come', async () => {
    const sockets = new Set<Socket>();
    const silent = createServer((socket) => void sockets.add(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const connection = Connection.lazy({ address: `127.0.0.1:${(silent.address() as AddressInfo).port}` });
    onTestFinished(async () => {
      await connection.close();
      for (const socket of sockets) socket.destroy();
      silent.close();
    });

    await expect(queueStats(new Client({ connection }), NOBODYS, 'workflows')).rejects.toThrow();
  });
}, 60_000);
