import type { V1ResourceQuota } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import { adminCluster } from '../setup/client.ts';
import { registerWebhook, type Verdict } from './admission-webhook.ts';
import { Hold } from './faults.ts';
import { closeRow } from './row.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';
import { someOf } from './strength.ts';

const LATER = { Prefer: 'respond-async' };
const SAYS = 'nothing of this kind may be made here';
const TEST_MS = 240_000;

let stage: Stage;
beforeAll(async () => {
  stage = await servingStage();
});
afterAll(() => stage.close());

describe('an admission webhook of the cluster', () => {
  test.for(someOf(['resourcequotas', 'deployments'], 2))(
    'that denies %s: the start fails for good with its words, is not tried again, and is undone',
    async (resource) => {
      const environment = stage.environment(`denied-${resource}`);
      const asked = await registerWebhook(environment.dev_id, (question) =>
        question.resource === resource ? { denied: SAYS } : 'allowed',
      );

      const { status, body } = await stage.start(environment);

      stage.accepted.push(await stage.status(environment));
      expect({ status, type: body.type }).toEqual({ status: 422, type: 'urn:berth:problem:rejected-by-cluster' });
      expect(body.detail).toContain(SAYS);
      expect(asked.filter((question) => question.resource === resource)).toHaveLength(1);
    },
  );

  test('that denies the pods which the cluster makes of a deployment: the same', async () => {
    const environment = stage.environment('denied-pods');
    await registerWebhook(environment.dev_id, ({ resource }) => (resource === 'pods' ? { denied: SAYS } : 'allowed'));

    const { status, body } = await stage.start(environment);

    stage.accepted.push(await stage.status(environment));
    expect({ status, type: body.type }).toEqual({ status: 422, type: 'urn:berth:problem:rejected-by-cluster' });
    expect(body.detail).toContain(SAYS);
    expect(requestsOf(environment, 'deployments').filter(({ method }) => method === 'PATCH')).toHaveLength(1);
  });

  test('that does not answer is asked again, and the start completes once it does', { timeout: TEST_MS }, async () => {
    const environment = stage.environment('unanswered');
    let verdict: Verdict = 'no answer';
    const asked = await registerWebhook(environment.dev_id, () => verdict);

    await stage.start(environment, { headers: LATER });
    const step = async () => (await stage.status(environment)).steps.at(-1);
    await expect.poll(step, { timeout: 60_000 }).toMatchObject({ message: expect.stringContaining('webhook') });
    const before = asked.length;
    verdict = 'allowed';

    expect(await stage.settled(environment)).toMatchObject({ state: 'ready' });
    expect(before).toBeGreaterThan(1);
    await stage.terminate(environment);
  });
});

test('a quota of somebody else that is used up: the start fails for good and says so, is not tried again, and is undone', async () => {
  const environment = stage.environment('over-quota');
  const namespace = `dev-${environment.dev_id}`;
  const hold = new Hold('before it is done');
  stage.proxy.on({ method: 'PATCH', resource: 'deployments', namespace }, hold.fault, 1);
  const admin = await adminCluster();

  const starting = stage.start(environment);
  await hold.caughtWithin(30_000, 'the first object of the workload');
  const spec = { hard: { 'count/deployments.apps': '0' } };
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'theirs', namespace } };
  await admin.create({ ...quota, spec });
  const counted = async () => (await admin.read<V1ResourceQuota>(quota))?.status?.hard;
  await expect.poll(counted, { timeout: 10_000 }).toEqual(spec.hard);
  hold.release();
  const { status, body } = await starting;

  stage.accepted.push(await stage.status(environment));
  expect({ status, type: body.type }).toEqual({ status: 422, type: 'urn:berth:problem:quota-exceeded' });
  expect(body.detail).toContain('exceeded quota: theirs');
  expect(requestsOf(environment, 'deployments').filter(({ method }) => method === 'PATCH')).toHaveLength(1);
});

test('and in the end nothing is left of any of them', { meta: { fault: 'quota or webhook rejects' } }, async ({
  task,
}: TestContext) => {
  await stage.endProcesses();
  await closeRow(task, new Set(stage.accepted.map(({ dev_id }) => dev_id)).size, stage.scope());
});

function requestsOf({ dev_id }: Identity, resource: string) {
  const isTheirs = ({ namespace }: { namespace?: string }) => namespace === `dev-${dev_id}`;
  return stage.proxy.requests.filter((request) => isTheirs(request) && request.resource === resource);
}
