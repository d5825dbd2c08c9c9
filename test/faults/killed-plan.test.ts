import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CapacityReport } from '../../src/capacity/report.ts';
import { settingsSchema } from '../../src/capacity/settings.ts';
import { SLOT_LABEL } from '../../src/cluster/objects/labels.ts';
import { BUILT_IN_TEMPLATES } from '../../src/local/repository.ts';
import type { CapacityWorkflow } from '../../src/workflows/capacity.ts';
import { HOUSEKEEPING_QUEUE } from '../../src/workflows/messages.ts';
import { expectNothingLeft } from './census.ts';
import type { ProxiedRequest } from './exchange.ts';
import { MOMENTS } from './faults.ts';
import { allHeld, holdOn } from './holds.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';
import { atStrength } from './strength.ts';
import { WarmSlots } from './warm-slots.ts';

// A plan that makes a slot of one template, and takes one of another back: its worker is killed in each of its steps.

const CONVERGENCE = { timeout: 60_000, interval: 1000 };
const TEST_MS = 240_000;
/** The steps of a plan, each by what it asks of the cluster, and how often the steps before have asked the same. */
const STEPS = [
  { step: 'observe', matches: isListOfSlots, passed: 0 },
  { step: 'look for what is to go', matches: isListOfSlots, passed: 1 },
  { step: 'take back', matches: isOf('PATCH', 'shrinks'), passed: 0 },
  { step: 'tear down', matches: isOf('DELETE', 'shrinks'), passed: 0 },
  { step: 'make', matches: isOf('POST', 'grows'), passed: 0 },
];
const ALL = STEPS.flatMap((step) => MOMENTS.map((moment) => ({ ...step, moment })));
const CASES = atStrength(ALL.slice(-1), ALL);

describe('a worker killed in the middle of a plan of capacity: another does what was planned, once', () => {
  let stage: Stage;
  let slots: WarmSlots;
  let plans = 0;
  let worker = 0;

  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    slots = new WarmSlots(stage);
    const templates = join(stage.directory, 'templates');
    mkdirSync(templates);
    const bare = readFileSync(join(BUILT_IN_TEMPLATES, 'bare.yaml'), 'utf8');
    for (const name of ['grows', 'shrinks'])
      writeFileSync(join(templates, `${nameOf(name)}.yaml`), bare.replace('name: bare', `name: ${nameOf(name)}`));
    await startWorker();
    await vi.waitFor(async () => {
      await plan({ shrinks: CASES.length });
      expect(await ready('shrinks')).toBe(CASES.length);
    }, CONVERGENCE);
  }, TEST_MS);
  afterAll(() => stage.close());

  test.for(CASES.map((one, index) => ({ ...one, index })))(
    '$step, caught $moment',
    { timeout: TEST_MS },
    async ({ matches, passed, moment, step, index }) => {
      const hold = holdOn(stage.proxy, (request) => matches(request, stage), moment, passed);
      const floors = { grows: index + 1, shrinks: CASES.length - index - 1 };
      const planning = plan(floors);
      await allHeld([[step, hold]]);

      await stage.killWorker(`worker-${worker}`);
      hold.drop();
      worker += 1;
      await startWorker();
      await planning;

      await expect.poll(() => ready('grows'), CONVERGENCE).toBe(floors.grows);
      await expect.poll(() => count('shrinks'), CONVERGENCE).toBe(floors.shrinks);
      const next = await plan(floors);
      expect(next.pools.map(({ plan: { make, remove } }) => [make, remove])).toEqual(next.pools.map(() => [[], []]));
      expect(await slots.seen()).toHaveLength(CASES.length);
    },
  );

  test('and in the end nothing is left of any of them', {
    timeout: TEST_MS,
    meta: { fault: 'worker killed in a step of a plan' },
  }, async ({ task }) => {
    await slots.remove();
    // What plans have removed comes to its end while there is a worker.
    await expectNothingLeft(stage.scope(`slot-${stage.developers}`));
    await stage.endProcesses();
    await closeRow(task, CASES.length, stage.scope());
  });

  function startWorker(): Promise<void> {
    return stage.startWorker(`worker-${worker}`, { BERTH_TEMPLATES_DIR: join(stage.directory, 'templates') });
  }

  function nameOf(pool: string): string {
    return templateOf(stage, pool);
  }

  async function plan(floors: Record<string, number>): Promise<CapacityReport> {
    const pools = Object.entries(floors).map(([pool, floor]) => [nameOf(pool), { floor, ceiling: floor }]);
    return await stage.temporal.workflow.execute<typeof CapacityWorkflow>('CapacityWorkflow', {
      args: [{ settings: settingsSchema.parse({ pools: Object.fromEntries(pools) }) }],
      taskQueue: HOUSEKEEPING_QUEUE,
      workflowId: `capacity-${plans++}`,
    });
  }

  async function count(pool: string, state?: string): Promise<number> {
    const all = (await slots.seen()).filter(({ specification }) => specification.template.name === nameOf(pool));
    return all.filter((slot) => state === undefined || slot.state === state).length;
  }

  function ready(pool: string): Promise<number> {
    return count(pool, 'ready');
  }
});

function templateOf(stage: Stage, pool: string): string {
  return `${stage.developers}-${pool}`;
}

/** A list of all slots, and no watch. */
function isListOfSlots({ method, resource, query }: ProxiedRequest): boolean {
  const isOfSlots = decodeURIComponent(query).includes(`labelSelector=${SLOT_LABEL}`);
  return method === 'GET' && resource === 'namespaces' && isOfSlots && !query.includes('watch=');
}

/** What is asked of the namespace of a slot of this pool. */
function isOf(method: string, pool: string) {
  return (request: ProxiedRequest, stage: Stage): boolean =>
    request.method === method &&
    request.resource === 'namespaces' &&
    request.name?.startsWith(`dev-slot-${templateOf(stage, pool)}`) === true;
}
