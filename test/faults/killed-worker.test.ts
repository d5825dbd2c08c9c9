import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { teardownActivities } from '../../src/activities/teardown.ts';
import { type Environment, STEPS } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { expectNothingLeft } from './census.ts';
import { Hold, MOMENTS, type Moment } from './faults.ts';
import { allCaught, allHeld, holdOn } from './holds.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import {
  askingFor,
  REQUESTS_OF_PROVISIONING,
  REQUESTS_OF_TEARDOWN,
  type StepRequest,
  stepRequests,
  type TeardownStep,
  undisturbedState,
} from './step-requests.ts';
import { atStrength, someOf } from './strength.ts';

// One worker has an environment in the middle of every step when it is killed, or ended as by a supervisor, and another
// takes all of them over.

/** How a worker goes: by `kill -9`, or by SIGTERM, so that it hands on what it does. */
type Way = 'killed' | 'ended';
const WAYS = atStrength<Way[]>(['killed'], ['killed', 'ended']);
const LATER = { Prefer: 'respond-async' };
const CONVERGENCE_MS = 60_000;
const SCENE_MS = 240_000;
const TEARDOWN_STEPS = Object.keys(teardownActivities({} as never)) as TeardownStep[];

/** Where a worker is caught. */
type Case = StepRequest & { readonly moment: Moment };
type Holds = Map<Case, Hold>;
/** How the environment of each case is shown after it went, and how long after. */
type Convergence = Map<Case, { shown: Environment; tookMs: number }>;

describe.for(WAYS)(
  'a worker %s in the middle of a provisioning: another brings it to what it would have come to',
  (way) => {
    const cases = atBothMoments(stepRequests(STEPS, REQUESTS_OF_PROVISIONING));
    let stage: Stage;
    let converged: Convergence;

    beforeAll(async () => {
      stage = await stageOfOneWorker();
      const holds = holdsFor(stage, cases);
      for (const one of cases)
        await stage.start({ ...environmentOf(stage, one), ...askingFor(one.step) }, { headers: LATER });
      converged = await replace(stage, way, holds);
      await Promise.all(cases.map((one) => stage.terminate(environmentOf(stage, one))));
    }, SCENE_MS);
    afterAll(() => stage.close());

    test.for(cases)('$step: $request.method $request.resource caught $moment', async (one, { annotate }) => {
      const { shown, tookMs } = found(converged, one);

      await annotate(`${shown.state} ${tookMs} ms after the worker went`);
      expect(shown).toMatchObject({ state: undisturbedState(one.step) });
      await expectNothingLeft(stage.scope(shown.dev_id));
    });

    test(
      'and in the end nothing is left of any of them',
      { meta: { fault: `worker ${way} in a step of provisioning` } },
      ({ task }) => leavesNothing(task, cases.length, stage),
    );
  },
);

describe.for(WAYS)('a worker %s in the middle of a teardown: another leaves nothing', (way) => {
  const cases = atBothMoments(stepRequests(TEARDOWN_STEPS, REQUESTS_OF_TEARDOWN));
  let stage: Stage;
  let converged: Convergence;

  beforeAll(async () => {
    stage = await stageOfOneWorker();
    const isLookedFor = ({ step }: Case) => step === 'findNamespaces';
    await Promise.all(
      cases.map((one) => (isLookedFor(one) ? startUnanswered : startAndWait)(stage, environmentOf(stage, one))),
    );
    const holds: Holds = new Map();
    // It takes some seconds until a namespace is looked for: meanwhile those that are caught at once would be given up.
    for (const ones of [cases.filter(isLookedFor), cases.filter((one) => !isLookedFor(one))]) {
      for (const [one, hold] of holdsFor(stage, ones)) holds.set(one, hold);
      for (const one of ones) await stage.terminate(environmentOf(stage, one), LATER);
      await allCaught(named(holds));
    }
    converged = await replace(stage, way, holds);
  }, SCENE_MS);
  afterAll(() => stage.close());

  test.for(cases)('$step: $request.method $request.resource caught $moment', async (one, { annotate }) => {
    const { shown, tookMs } = found(converged, one);

    await annotate(`${shown.state} ${tookMs} ms after the worker went`);
    expect(shown).toMatchObject({ state: 'terminated' });
    await expectNothingLeft(stage.scope(shown.dev_id));
  });

  test(
    'and in the end nothing is left of any of them',
    { meta: { fault: `worker ${way} in a step of a teardown` } },
    ({ task }) => leavesNothing(task, cases.length, stage),
  );
});

function atBothMoments(requests: StepRequest[]): Case[] {
  return someOf(requests.flatMap((request) => MOMENTS.map((moment) => ({ ...request, moment }))));
}

async function stageOfOneWorker(): Promise<Stage> {
  const stage = await Stage.setUp();
  await Promise.all([stage.startApi(), stage.startWorker('one')]);
  return stage;
}

function environmentOf(stage: Stage, { name, moment }: Case): Identity {
  return stage.environment(`${name}-${moment.split(' ')[0]}`);
}

function holdsFor(stage: Stage, cases: Case[]): Holds {
  return new Map(
    cases.map((one) => {
      const request = { ...one.request, namespace: `dev-${environmentOf(stage, one).dev_id}` };
      return [one, holdOn(stage.proxy, request, one.moment)];
    }),
  );
}

function named(holds: Holds): [string, Hold][] {
  return [...holds].map(([{ name }, hold]) => [name, hold]);
}

/** Kills or ends the worker once all that is to be held is held, starts another and waits for what it makes of it. */
async function replace(stage: Stage, way: Way, holds: Holds): Promise<Convergence> {
  await allHeld(named(holds));
  const goneAt = Date.now();
  if (way === 'killed') await stage.killWorker('one');
  else await stage.endWorker('one');
  for (const hold of holds.values()) hold.drop();
  const starting = stage.startWorker('other');
  const settled = await Promise.all(
    [...holds.keys()].map(async (one) => {
      const shown = await stage.settled(environmentOf(stage, one), goneAt + CONVERGENCE_MS);
      return [one, { shown, tookMs: Date.now() - goneAt }] as const;
    }),
  );
  await starting;
  return new Map(settled);
}

function found<T>(results: Map<Case, T>, one: Case): T {
  const result = results.get(one);
  if (result === undefined) throw new Error('The scene did not come to its end.');
  return result;
}

function startAndWait(stage: Stage, environment: Identity): Promise<unknown> {
  return stage.start(environment);
}

/** A start whose namespace is there, and whose worker is never told so: its teardown has to look for it. */
async function startUnanswered(stage: Stage, environment: Identity): Promise<void> {
  const hold = new Hold('after it is done');
  stage.proxy.on({ method: 'POST', resource: 'namespaces', namespace: `dev-${environment.dev_id}` }, hold.fault);
  await stage.start(environment, { headers: LATER });
  await hold.caught;
}

async function leavesNothing(task: TestContext['task'], runs: number, stage: Stage): Promise<void> {
  await stage.endProcesses();
  await closeRow(task, runs, stage.scope());
}
