import { EventsV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Proof } from '../../../src/environment/proof.ts';
import { call } from '../../setup/client.ts';
import { found } from '../../setup/proofs.ts';
import { metricAt } from './operator.ts';
import { startUnenforced, type Unenforced } from './unenforced.ts';

const SETTLING = { timeout: 120_000, interval: 500 };
const IDENTITY = { dev_id: 'user123', project: 'new_feature' };
const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };

let on: Unenforced;
beforeAll(async () => {
  on = await startUnenforced();
});
afterAll(() => on?.end());

describe('on a cluster that ignores network policies, a start that demands proof', () => {
  it('is refused with a problem that says so, after everything is undone', async () => {
    const answer = await startWith({ proof: 'required' });

    expect(answer).toMatchObject({
      status: 502,
      body: {
        type: 'urn:berth:problem:isolation-not-enforced',
        detail: expect.stringMatching(/^This cluster does not enforce network policies: .*everything is undone\.$/),
      },
    });
    for (const name of ['from-another-environment', 'to-another-environment', 'to-cluster-api'])
      expect(answer.body.detail).toContain(`${name} is open`);
    expect(await on.cluster.read({ ...NAMESPACE, metadata: { name: 'dev-user123' } })).toBeUndefined();
  });

  it('shows in status what was seen', async () => {
    await startWith({ proof: 'required' });

    const shown = (
      await call(on.token, 'GET', `/environments/status?${new URLSearchParams(IDENTITY)}`, { api: on.api })
    ).body;

    expect(shown).toMatchObject({ state: 'failed', isolation: { enforced: false } });
    expect(found(shown, 'to-another-environment')).toMatchObject({ seen: 'open', control: 'open', verdict: 'refuted' });
    expect(found(shown, 'names')).toMatchObject({ verdict: 'proved' });
    expect(shown.steps.at(-1)).toMatchObject({ name: 'proof', state: 'failed' });
  });
});

describe('the canary on such a cluster', () => {
  it('raises a metric and an event, and leaves nothing', async () => {
    const schedule = on.temporal.schedule.getHandle('isolation-canary');
    const before = (await schedule.describe()).info.recentActions.length;

    await schedule.trigger();

    await expect.poll(() => metricAt(on.metrics, 'berth_isolation_refusals').catch(() => undefined), SETTLING).toBe(1);
    expect(await metricAt(on.metrics, 'berth_isolation_enforced')).toBe(0);
    const events = on.kubeConfig.makeApiClient(EventsV1Api);
    const { items } = await events.listNamespacedEvent({ namespace: 'berth-system' });
    expect(items).toContainEqual(
      expect.objectContaining({
        type: 'Warning',
        reason: 'IsolationNotEnforced',
        note: expect.stringContaining('This cluster does not enforce network policies'),
      }),
    );
    const [run] = (await schedule.describe()).info.recentActions.slice(before);
    const { workflowId = '' } = run?.action.workflow ?? {};
    const proof = (await on.temporal.workflow.getHandle(workflowId).result()) as Proof;
    expect(proof.enforced).toBe(false);
    const left = (await on.cluster.list(NAMESPACE, '')).flatMap(({ metadata }) => metadata?.name ?? []).filter(isMade);
    // Without a workload: it is there for the next proof.
    expect(left).toEqual([expect.stringMatching(/^dev-berth-neighbour-/)]);
    expect(await on.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, left[0] ?? '')).toEqual([]);
  });
});

function startWith(parameters: Record<string, string>) {
  const body = { ...IDENTITY, template: 'bare', parameters };
  return call(on.token, 'POST', '/environments/start', { body, api: on.api });
}

function isMade(namespace: string): boolean {
  return namespace.startsWith('dev-');
}
