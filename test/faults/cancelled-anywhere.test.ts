import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import { type Identity, workflowId } from '../../src/environment/identity.ts';
import { expectNothingLeft } from './census.ts';
import { ClusterContents } from './cluster-contents.ts';
import { inTurns } from './in-turns.ts';
import { recordedLives } from './recorded-lives.ts';
import { closeRow } from './row.ts';
import { chosenSeed, seededRandom } from './seeded-random.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';
import { atStrength } from './strength.ts';

const LATER = { Prefer: 'respond-async' };
const TEST_MS = atStrength(300_000, 1_200_000);
const ENDED_LIVES = atStrength(10, 200);
const AT_ONCE = 10;
const RESTARTED_LIVES = atStrength(2, 10);
/** About what the cluster takes for a namespace. */
const TEARDOWN_MS = 6000;

const seed = chosenSeed();
const random = seededRandom(seed);
const replay = `BERTH_SEED=${seed}`;

let stage: Stage;

beforeAll(async () => {
  stage = await servingStage();
});
afterAll(() => stage.close());

test(`${ENDED_LIVES} environments, each ended at a random point of its provisioning, leave nothing`, {
  timeout: TEST_MS,
}, async ({ annotate }) => {
  const longestMs = await provisioningMs();
  const points = Array.from({ length: ENDED_LIVES }, (_, index) => ({
    environment: stage.environment(`ended-${index}`),
    end: index % 2 === 0 ? terminate : cancel,
    // Spread over the whole of it; the first steps are the shortest.
    afterMs: ((index + random()) / ENDED_LIVES) ** 2 * longestMs,
  }));
  const ended: Environment[] = [];

  await inTurns(points, AT_ONCE, async ({ environment, end, afterMs }) => {
    await stage.start(environment, { headers: LATER });
    await sleep(afterMs);
    await end(environment);
    ended.push(await stage.settled(environment));
  });

  const places = Map.groupBy(ended, whereEnded);
  await annotate(`ended ${[...places].map(([where, ones]) => `${where}: ${ones.length}`).join(', ')}`);
  expect(places.size, `${replay} must spread them`).toBeGreaterThan(1);
  expect(Object.keys(Object.groupBy(ended, ({ state }) => state)), replay).toEqual(['terminated']);
  await expectNothingLeft(stage.scope(`${stage.developers}-ended`));
});

test('a start at a random point of a teardown gives a fresh environment, which the teardown does not touch', {
  timeout: TEST_MS,
}, async () => {
  const cluster = new ClusterContents(inject('servers').adminKubeconfig);
  const environments = Array.from({ length: RESTARTED_LIVES }, (_, index) => stage.environment(`restarted-${index}`));

  await Promise.all(
    environments.map(async (environment) => {
      const { body: before } = await stage.start(environment);
      await stage.terminate(environment, LATER);
      await sleep(random() * TEARDOWN_MS);
      const { status, body: fresh } = await stage.start(environment);
      await expect.poll(() => openRunsOf(environment), { timeout: 60_000 }).toEqual([workflowId(environment)]);

      expect({ status, state: fresh.state }, replay).toEqual({ status: 200, state: 'ready' });
      expect(fresh.created_at, replay).not.toBe(before.created_at);
      expect(await stage.status(environment), replay).toEqual(fresh);
      const { metadata } = await cluster.namespace(fresh.namespace ?? '');
      expect(metadata?.deletionTimestamp, replay).toBeUndefined();
      await stage.terminate(environment);
    }),
  );

  await expectNothingLeft(stage.scope(`${stage.developers}-restarted`));
});

test('and in the end nothing is left of any of them', {
  meta: { fault: 'terminated or cancelled anywhere, started again anywhere' },
}, async ({ task }) => {
  await stage.endProcesses();
  await closeRow(task, ENDED_LIVES + RESTARTED_LIVES, stage.scope());
});

function whereEnded({ steps, ready_at }: Environment): string {
  const cancelled = steps.find(({ state }) => state === 'cancelled');
  if (cancelled) return `in ${cancelled.name}`;
  if (ready_at !== undefined) return 'when it was ready';
  return steps.length > 1 ? `between steps` : 'before the first step';
}

/** How long a provisioning takes here, with as many others at the same time. */
async function provisioningMs(): Promise<number> {
  const environments = Array.from({ length: AT_ONCE }, (_, index) => stage.environment(`measured-${index}`));
  const began = Date.now();
  await Promise.all(environments.map((environment) => stage.start(environment)));
  const tookMs = Date.now() - began;
  await Promise.all(environments.map(terminate));
  return tookMs;
}

async function terminate(environment: Identity): Promise<void> {
  await stage.terminate(environment);
}

/** As an operator does it in the Temporal UI. */
async function cancel(environment: Identity): Promise<void> {
  await stage.temporal.workflow.getHandle(workflowId(environment)).cancel();
}

async function openRunsOf({ dev_id }: Identity): Promise<string[]> {
  return (await recordedLives(stage.temporal, dev_id)).openRuns;
}
