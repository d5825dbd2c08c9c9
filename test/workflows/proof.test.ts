import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startUpdate } from '../../src/workflows/messages.ts';
import { adminCluster, someDeveloper, temporalClient } from '../setup/client.ts';
import { beginLife, over, specification } from '../setup/lives.ts';
import { demanding, podsOfProof, uidOf } from '../setup/proofs.ts';

const SOON = { timeout: 30_000, interval: 20 };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };

describe('an environment that is to be proved, on a node that runs no container', () => {
  it('is refused with a problem that says so, and shows what was not proved', async () => {
    const client = await temporalClient();
    const life = await beginLife(client, await demanding());

    const ended = await over(client, life.workflowId);

    expect(ended).toMatchObject({
      state: 'failed',
      problem: {
        type: 'urn:berth:problem:isolation-not-enforced',
        status: 502,
        detail: expect.stringContaining('on the simulated node simulated no container runs'),
      },
      isolation: {
        enforced: false,
        checks: expect.arrayContaining([expect.objectContaining({ verdict: 'unproven' })]),
      },
    });
    expect(ended.isolation?.checks.filter(({ verdict }) => verdict !== 'unproven')).toEqual([]);
    expect(Date.parse(ended.isolation?.verified_at ?? '')).toBeGreaterThan(Date.parse(ended.created_at));
  });

  it('never has its workload started, and leaves nothing, among its neighbours neither', async () => {
    const client = await temporalClient();
    const cluster = await adminCluster();
    const asked = await demanding('node');
    const life = await beginLife(client, asked);
    let isOver = false;
    const ended = over(client, life.workflowId).finally(() => {
      isOver = true;
    });
    const uid = await uidOf(cluster, asked);
    // All that there ever is of them, until it is over.
    const pods = new Set<string>();
    for (; !isOver; await sleep(SOON.interval)) for (const pod of await podsOfProof(cluster, uid)) pods.add(pod);
    const { namespace, steps } = await ended;

    expect([...pods]).toHaveLength(2);
    expect(steps.map(({ name, state }) => [name, state])).toEqual([
      ['isolation', 'done'],
      ['proof', 'failed'],
    ]);
    expect(await cluster.read({ ...NAMESPACE, metadata: { name: namespace ?? '' } })).toBeUndefined();
    await expect.poll(() => podsOfProof(cluster, uid), SOON).toEqual([]);
  });
});

describe('an environment that need not be proved', () => {
  it('is not, and shows no proof', async () => {
    const client = await temporalClient();
    const life = await beginLife(client, await specification(someDeveloper()));

    const environment = await life.executeUpdate(startUpdate);

    expect(environment.state).toBe('ready');
    expect(environment).not.toHaveProperty('isolation');
    expect(environment.steps.map(({ name }) => name)).toEqual(['isolation']);
  });
});
