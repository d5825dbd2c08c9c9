import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CANARY } from '../../../src/environment/canary.ts';
import type { Environment } from '../../../src/environment/environment.ts';
import type { Specification } from '../../../src/environment/request.ts';
import type { IsolationCanaryWorkflow } from '../../../src/workflows/canary.ts';
import { startUpdate, TASK_QUEUE } from '../../../src/workflows/messages.ts';
import { adminCluster, someDeveloper, start, status, tokenFor } from '../../setup/client.ts';
import { beginLife, over } from '../../setup/lives.ts';
import { demanding, found, podsOfProof, uidOf } from '../../setup/proofs.ts';
import { OUTSIDE, outsideOf } from '../outside.ts';
import { Operator } from './operator.ts';

const SETTLING = { timeout: 60_000, interval: 250 };

let operator: Operator;
let removeOutside: () => Promise<void>;
beforeAll(async () => {
  removeOutside = await outsideOf(inject('servers').stateDir);
  operator = await Operator.setUp();
});
afterAll(async () => {
  await operator?.close();
  await removeOutside?.();
});

describe('a start that demands proof', () => {
  it('hands over an environment with its workload, and status has the evidence', async () => {
    const developer = someDeveloper();
    const token = await tokenFor(developer);
    const identity = { dev_id: developer, project: 'shop' };

    const started = await start(token, { ...identity, template: 'default', parameters: { proof: 'required' } });

    expect(started).toMatchObject({ status: 200, body: { state: 'ready', isolation: { enforced: true } } });
    expect(started.body.steps.map(({ name, state }) => [name, state])).toEqual([
      ['isolation', 'done'],
      ['proof', 'done'],
      ['workload', 'done'],
      ['verification', 'done'],
    ]);
    const shown = (await status(token, identity)).body;
    expect(shown.isolation).toEqual(started.body.isolation);
    expect(Date.parse(shown.isolation?.verified_at ?? '')).toBeGreaterThan(Date.parse(shown.created_at));
    const cluster = await adminCluster();
    expect(await podsOfProof(cluster, await uidOf(cluster, identity))).toEqual([]);
  });
});

describe('a proof', () => {
  it.each([
    'from-another-environment',
    'to-another-environment',
    'to-cluster-api',
    'to-metadata-service',
    'to-outside',
  ])('shows that packets do not pass: %s, though they do where nothing is forbidden', async (name) => {
    expect(found(await theBare(), name)).toMatchObject({
      expected: 'closed',
      seen: 'closed',
      control: 'open',
      verdict: 'proved',
    });
  });

  it.each(['names', 'within'])('shows that what the template allows is open: %s', async (name) => {
    expect(found(await theBare(), name)).toMatchObject({ expected: 'open', seen: 'open', verdict: 'proved' });
  });

  it('tells of the node under the environment, and promises nothing', async () => {
    expect(found(await theBare(), 'to-own-node')).toMatchObject({ seen: 'open', verdict: 'observed' });
  });

  it('tries both protocols, and the addresses of both kinds that pods have', async () => {
    const { note = '' } = found(await theBare(), 'from-another-environment');

    for (const place of [/\d\.\d+:\d+\/TCP/, /\d\.\d+:\d+\/UDP/, /\]:\d+\/TCP/, /\]:\d+\/UDP/])
      expect(note).toMatch(place);
  });

  it('shows that an environment without DNS and without traffic within has neither', async () => {
    const proved = await ready(await demanding('bare', { dns: false, within: false, destinations: {} }));

    for (const name of ['names', 'within'])
      expect(found(proved, name)).toMatchObject({ expected: 'closed', control: 'open', verdict: 'proved' });
  });

  it('shows that allowed destinations are open, and says of which it does not know', async () => {
    const to = (given: object) => ({ cidr: '203.0.113.0/24', ports: [443], protocol: 'TCP' as const, ...given });
    const destinations = {
      host: to({ cidr: `${OUTSIDE}/32`, ports: [80, 443] }),
      block: to({ probe: OUTSIDE }),
      unknown: to({}),
      deserted: to({ probe: OUTSIDE, ports: [9] }),
    };

    const proved = await ready(await demanding('bare', { dns: true, within: true, destinations }));

    expect(found(proved, 'destination-host')).toMatchObject({ seen: 'open', verdict: 'proved' });
    expect(found(proved, 'destination-block')).toMatchObject({ seen: 'open', verdict: 'proved' });
    expect(found(proved, 'to-outside')).toMatchObject({ expected: 'open', verdict: 'proved' });
    expect(found(proved, 'destination-unknown')).toMatchObject({ verdict: 'unproven' });
    expect(found(proved, 'destination-deserted')).toMatchObject({ control: 'closed', verdict: 'unproven' });
    expect(found(proved, 'to-metadata-service')).toMatchObject({ expected: 'closed', verdict: 'proved' });
  });

  it('that is broken off by the end of its environment leaves no pod, where another environment is neither', async () => {
    const cluster = await adminCluster();
    const asked = await demanding();
    const life = await beginLife(operator.temporal, asked);
    const uid = await uidOf(cluster, asked);
    await expect.poll(() => podsOfProof(cluster, uid), SETTLING).toHaveLength(2);

    await life.cancel();
    await over(operator.temporal, life.workflowId);

    await expect.poll(() => podsOfProof(cluster, uid), SETTLING).toEqual([]);
  });
});

describe('the canary', () => {
  it('tells by metrics that the cluster isolates, and leaves nothing', async () => {
    const began = Math.floor(Date.now() / 1000);

    const proof = await operator.temporal.workflow.execute<typeof IsolationCanaryWorkflow>('IsolationCanaryWorkflow', {
      workflowId: 'isolation-canary',
      taskQueue: TASK_QUEUE,
      args: [CANARY],
    });

    expect(proof.enforced).toBe(true);
    await expect.poll(() => operator.metric('berth_isolation_enforced'), SETTLING).toBe(1);
    expect(await operator.metric('berth_isolation_verified_at')).toBeGreaterThanOrEqual(began);
    expect(await operator.metric('berth_isolation_refusals')).toBe(0);
    const namespaces = await (await adminCluster()).list({ apiVersion: 'v1', kind: 'Namespace' }, '');
    expect(namespaces.filter(({ metadata }) => metadata?.name?.startsWith('dev-berth-canary'))).toEqual([]);
  });
});

async function ready(asked: Specification): Promise<Environment> {
  const life = await beginLife(operator.temporal, asked);
  return await life.executeUpdate(startUpdate);
}

let bare: Promise<Environment> | undefined;
/** An environment of guards only, proved once for all who look at it. */
async function theBare(): Promise<Environment> {
  bare ??= demanding().then(ready);
  return await bare;
}
