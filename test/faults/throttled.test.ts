import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { teardownActivities } from '../../src/activities/teardown.ts';
import { STEPS } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import type { ProxiedRequest } from './exchange.ts';
import { type Fault, refuseWith } from './faults.ts';
import { closeRow } from './row.ts';
import { chosenSeed, seededRandom } from './seeded-random.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';
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

const SCENE_MS = 480_000;
/** A step begins again with each request that fails, so the unlucky take a while; within the deadline of a template. */
const SETTLED_MS = 240_000;
const WHOLE_LIFE = ['ready', 'terminated'];
const RETRY_AFTER_S = 2;
const LIVES = atStrength(4, 10);
const FAULTY = 0.1;
/** More than the quota of the default template allows volumes. */
const REPEATS = 6;

const throttle = refuseWith(429, 'Too many requests, please try again later.', { 'retry-after': `${RETRY_AFTER_S}` });
const fail = refuseWith(500, 'Internal error occurred: etcdserver: request timed out');
const unavailable = refuseWith(503, 'The server is currently unable to handle the request.');

let stage: Stage;

beforeAll(async () => {
  stage = await servingStage();
});
afterAll(() => stage.close());

describe('a step whose request the apiserver cannot do just now', () => {
  const steps = Object.keys(teardownActivities({} as never)) as TeardownStep[];
  const all = [...stepRequests(STEPS, REQUESTS_OF_PROVISIONING), ...stepRequests(steps, REQUESTS_OF_TEARDOWN)];
  // Only a life that is cancelled at its very beginning has to look for its namespace.
  const cases = someOf(all.filter(({ step }) => step !== 'findNamespaces'));
  const answers = new Map<string, string[]>();

  beforeAll(async () => {
    const lives = cases.flatMap((one) => [disturbed(one, 429, throttle), disturbed(one, 503, unavailable)]);
    for (const [dev_id, life] of await Promise.all(lives)) answers.set(dev_id, life);
  }, SCENE_MS);

  test.for(cases)('$step: $request.method $request.resource is made again after a 503', (one) => {
    expect(answers.get(environmentOf(one, 503).dev_id)).toEqual(wholeLifeOf(one));
  });

  test.for(cases)(
    '$step: $request.method $request.resource is not made again before the Retry-After of a 429',
    (one) => {
      const environment = environmentOf(one, 429);

      const [first, second] = requestsLike(one, environment);

      expect(answers.get(environment.dev_id)).toEqual(wholeLifeOf(one));
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(RETRY_AFTER_S * 1000);
    },
  );
});

describe('an apiserver that answers one request in ten with 429, 500 or 503', () => {
  test('is asked no more than three times as often, and every life goes its way', {
    timeout: SCENE_MS,
  }, async () => {
    const seed = chosenSeed();
    const random = seededRandom(seed);
    const isHit = ({ namespace }: ProxiedRequest) => isOf('disturbed', namespace) && random() < FAULTY;
    const faults = [throttle, fail, unavailable];
    stage.proxy.on(isHit, (exchange) => faults[Math.floor(random() * faults.length)]?.(exchange));

    const undisturbed = await Promise.all(environments('undisturbed').map(live));
    const disturbed = await Promise.all(environments('disturbed').map(live));

    expect(undisturbed).toEqual(Array.from({ length: LIVES }, () => WHOLE_LIFE));
    expect(disturbed, `BERTH_SEED=${seed}`).toEqual(undisturbed);
    expect(callsOf('disturbed'), `BERTH_SEED=${seed}`).toBeLessThanOrEqual(3 * callsOf('undisturbed'));
  });
});

test('an apiserver that has just started, and refuses everybody since it has read no roles yet, is asked again', async () => {
  const environment = stage.environment('early');
  const says = 'namespaces is forbidden: User "system:serviceaccount:berth-system:berth-worker" cannot create resource';
  const isEarly = ({ namespace }: ProxiedRequest) => namespace === namespaceOf(environment);
  stage.proxy.on(isEarly, refuseWith(403, says), REPEATS);

  expect(await live(environment)).toEqual(WHOLE_LIFE);
});

test('a step that is done again and again is not refused for what it has made before', async () => {
  const environment = stage.environment('persistent');
  stage.proxy.on(
    { method: 'PATCH', resource: 'deployments', namespace: namespaceOf(environment) },
    unavailable,
    REPEATS,
  );

  expect(await live(environment)).toEqual(WHOLE_LIFE);
});

test('and in the end nothing is left of any of them', { meta: { fault: 'apiserver answers 429, 500, 503' } }, async ({
  task,
}) => {
  await stage.endProcesses();
  await closeRow(task, new Set(stage.accepted.map(({ dev_id }) => dev_id)).size, stage.scope());
});

/** From its start to its end. @returns what it came to each time; an answer may be that the work goes on */
async function live(environment: Parameters<Stage['start']>[0]): Promise<string[]> {
  // What is refused in the end was accepted all the same.
  await stage.start(environment, { headers: { Prefer: 'respond-async' } });
  const started = await stage.settled(environment, Date.now() + SETTLED_MS);
  await stage.terminate(environment);
  const ended = await stage.settled(environment, Date.now() + SETTLED_MS);
  return [started.state, ended.state];
}

async function disturbed(one: StepRequest, code: 429 | 503, fault: Fault): Promise<[string, string[]]> {
  const environment = environmentOf(one, code);
  stage.proxy.on({ ...one.request, namespace: namespaceOf(environment) }, fault, 1);
  return [environment.dev_id, await live({ ...environment, ...askingFor(one.step) })];
}

/** What has failed stays failed: there is nothing to terminate. */
function wholeLifeOf({ step }: StepRequest): string[] {
  return undisturbedState(step) === 'failed' ? ['failed', 'failed'] : WHOLE_LIFE;
}

function environmentOf({ name }: StepRequest, code: 429 | 503): Identity {
  return stage.environment(`${code}-${name}`);
}

function environments(kind: string): Identity[] {
  return Array.from({ length: LIVES }, (_, index) => stage.environment(`${kind}-${index}`));
}

function namespaceOf({ dev_id }: Identity): string {
  return `dev-${dev_id}`;
}

function requestsLike({ request }: StepRequest, environment: Identity): ProxiedRequest[] {
  const { method, resource } = request;
  const ofNamespace = stage.proxy.requests.filter(({ namespace }) => namespace === namespaceOf(environment));
  return ofNamespace.filter((made) => made.method === method && made.resource === resource);
}

function isOf(kind: string, namespace: string | undefined): boolean {
  return namespace?.startsWith(`dev-${stage.developers}-${kind}-`) === true;
}

function callsOf(kind: string): number {
  return stage.proxy.requests.filter(({ namespace }) => isOf(kind, namespace)).length;
}
