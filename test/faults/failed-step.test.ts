import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Environment, STEPS } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { expectNothingLeft } from './census.ts';
import { refuseWith } from './faults.ts';
import { closeRow } from './row.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';
import { askingFor, REQUESTS_OF_PROVISIONING, type StepRequest, stepRequests } from './step-requests.ts';
import { someOf } from './strength.ts';

const LATER = { Prefer: 'respond-async' };
const SCENE_MS = 240_000;

/** How an apiserver refuses for good, and what that is to its caller: 422 where the request is the reason, else 502. */
const REFUSALS = [
  {
    refusal: 'by a cluster that does not know it',
    code: 405,
    says: 'the server does not allow this method on the requested resource',
    problem: { type: 'urn:berth:problem:cluster-failed', status: 502 },
  },
  {
    refusal: 'by an admission rule',
    code: 403,
    says: 'admission webhook "rules.example.com" denied the request: not here',
    problem: { type: 'urn:berth:problem:rejected-by-cluster', status: 422 },
  },
  {
    refusal: 'as invalid',
    code: 422,
    says: 'it is invalid: spec: Invalid value: "x"',
    problem: { type: 'urn:berth:problem:rejected-by-cluster', status: 422 },
  },
];
type Case = StepRequest & (typeof REFUSALS)[number];

describe('a provisioning that is refused for good in a step names the step, and is undone', () => {
  const all = stepRequests(STEPS, REQUESTS_OF_PROVISIONING).flatMap((request) =>
    REFUSALS.map((refusal) => ({ ...request, ...refusal })),
  );
  // Each way with another request.
  const cases = someOf(all, REFUSALS.length + 1);
  let stage: Stage;
  let ended: Map<Case, Environment>;

  // All of them at once: an undoing is mostly a wait.
  beforeAll(async () => {
    stage = await servingStage();
    ended = new Map(await Promise.all(cases.map(async (one) => [one, await refused(stage, one)] as const)));
  }, SCENE_MS);
  afterAll(() => stage.close());

  test.for(cases)('$step: $request.method $request.resource refused $refusal', async (one) => {
    const shown = ended.get(one);

    expect(shown).toMatchObject({
      state: 'failed',
      problem: { detail: expect.stringContaining(one.says), ...one.problem },
    });
    expect(shown?.problem?.detail).toContain(`'${one.step}'`);
    expect(shown?.steps.at(-1)).toMatchObject({ name: one.step, state: 'failed' });
    await expectNothingLeft(stage.scope(environmentOf(stage, one).dev_id));
  });

  test('and in the end nothing is left of any of them', { meta: { fault: 'a step refused for good' } }, async ({
    task,
  }) => {
    await stage.endProcesses();
    await closeRow(task, cases.length, stage.scope());
  });
});

function environmentOf(stage: Stage, { name, refusal }: Case): Identity {
  return stage.environment(`${name}-${refusal.split(' ').at(-1)}`);
}

/** Starts what is refused, and waits for what becomes of it. */
async function refused(stage: Stage, one: Case): Promise<Environment> {
  const environment = environmentOf(stage, one);
  const request = { ...one.request, namespace: `dev-${environment.dev_id}` };
  stage.proxy.on(request, refuseWith(one.code, one.says));
  await stage.start({ ...environment, ...askingFor(one.step) }, { headers: LATER });
  return await stage.settled(environment);
}
