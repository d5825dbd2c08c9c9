import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { type Identity, workflowId } from '../../src/environment/identity.ts';
import { queued } from '../../src/environment/queued.ts';
import type { Specification } from '../../src/environment/request.ts';
import { lifeOptions } from '../../src/workflows/life-options.ts';
import { extendUpdate } from '../../src/workflows/messages.ts';
import { temporaryDirectory } from '../local/start-command.ts';
import { clusterBy } from '../setup/client.ts';
import { namespaceNow, neverReady, rememberedIn } from '../setup/leftovers.ts';
import { specification } from '../setup/lives.ts';
import { running } from '../setup/sleepers.ts';
import { withPod } from '../workflows/paths/specifications.ts';
import { Hold } from './faults.ts';
import { OwnTemporal } from './own-temporal.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

const LONG = { timeout: 90_000, interval: 250 };
const TEST_MS = 400_000;
/** How often it is swept, by the schedule that its worker keeps. */
const SWEEPING = { BERTH_SWEEP_EVERY: '5s', BERTH_SWEEP_GRACE: '1s' };
/** What runs out between the backup and its restoration. */
const SHORT = '60s';
const SHORT_MS = 60_000;
const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };

let temporal: OwnTemporal;
let stage: Stage;
let admin: Cluster;
let worker: Cluster;
beforeEach(async () => {
  const { adminKubeconfig, workerKubeconfig } = inject('servers');
  [admin, worker] = await Promise.all([clusterBy(adminKubeconfig), clusterBy(workerKubeconfig)]);
  temporal = await OwnTemporal.prepare(temporaryDirectory());
  await temporal.start();
  stage = await Stage.setUp({ ownKey: true, ownTemporal: temporal.address });
  await Promise.all([stage.startApi(), stage.startWorker('worker', SWEEPING)]);
}, TEST_MS);
afterEach(async () => {
  await Promise.all([stage.close(), admin.close(), worker.close()]);
  await temporal.kill();
}, TEST_MS);

it('a loss of Temporal’s database loses no environment: all that were ever ready are there again', {
  timeout: TEST_MS,
  meta: { fault: 'Temporal’s database lost' },
}, async ({ task }) => {
  const [bare, full, resting] = await Promise.all([
    ready('bare', { template: 'bare', ttl: '3h' }),
    ready('full', { template: 'default' }),
    ready('resting', { template: 'default' }),
  ]);
  await stage.ask('sleep', stage.environment('resting'));
  const asleep = await stage.status(resting);
  for (const one of [bare, full, asleep]) await isRemembered(one);
  const before = await uids(bare, full, asleep);
  const abandoned = await neverReady(worker, stage.ownershipKeyFile, stage.environment('abandoned'));

  await temporal.forget();
  await temporal.start();

  for (const one of [bare, full, asleep]) await expect.poll(() => stage.status(one), LONG).toEqual(one);
  expect(await uids(bare, full, asleep)).toEqual(before);
  await expect.poll(() => namespaceNow(admin, abandoned.name), LONG).toBeUndefined();
  // And they go on as before.
  expect(await stage.start(stage.environment('bare'))).toMatchObject({ status: 200, body: bare });
  const awake = await stage.start(stage.environment('resting'));
  expect(awake).toMatchObject({ status: 200, body: { state: 'ready', namespace: asleep.namespace } });
  await endAll();
  await stage.endProcesses();
  // The schedule of the sweep goes on, and is nobody’s run.
  await closeRow(task, 1, { ...stage.scope(), isShared: true });
});

it('what is restored from an hour ago ends nobody’s environment, and gives back none that was ended', {
  timeout: TEST_MS,
  meta: { fault: 'Temporal’s database restored from an hour ago' },
}, async ({ task }) => {
  const hold = new Hold('before it is done');
  const late = stage.environment('late');
  stage.proxy.on({ method: 'PATCH', resource: 'deployments', namespace: `dev-${late.dev_id}` }, hold.fault, 1);
  const began = Date.now();
  await begin(await withDeadline(await withPod(late.dev_id), SHORT));
  const woken = await specification(stage.environment('woken').dev_id);
  await begin({ ...woken, recipe: { ...woken.recipe, lifetime: { ...woken.recipe.lifetime, retain: SHORT } } });
  const [kept, extended, ended, ...replaced] = await Promise.all([
    ready('kept', { template: 'bare' }),
    ready('extended', { template: 'bare', ttl: SHORT }),
    ready('ended', { template: 'bare', ttl: SHORT }),
    ready('replaced', { template: 'bare', ttl: SHORT }),
    // The clock ends none of these.
    ready('replaced-too', { template: 'bare', ttl: '8h' }),
    ready('replaced-as-well', { template: 'bare', ttl: '8h' }),
  ]);
  await expect.poll(async () => (await stage.status(woken)).state, LONG).toBe('ready');
  await stage.ask('sleep', identityOf(woken));
  await hold.caughtWithin(30_000, 'the workload of what is late');
  await temporal.backUp();

  hold.release();
  await expect.poll(async () => (await stage.status(late)).state, LONG).toBe('ready');
  await expect.poll(() => stage.ask('wake', identityOf(woken)), LONG).toMatchObject({ status: 200 });
  await extend(extended, '3h');
  await Promise.all([ended, ...replaced].map((one) => stage.terminate(identityOf(one))));
  const successors = await Promise.all(
    ['replaced', 'replaced-too', 'replaced-as-well'].map((name) => ready(name, { template: 'bare', ttl: '2h' })),
  );
  const added = await ready('added', { template: 'default' });
  const all = await Promise.all([late, woken, kept, extended, ...successors, added].map((one) => stage.status(one)));
  for (const one of all) await isRemembered(one);
  const before = await uids(...all);
  // An hour is as long as it takes for all that was short to be over.
  await sleep(Math.max(0, began + SHORT_MS + 15_000 - Date.now()));
  const abandoned = await neverReady(worker, stage.ownershipKeyFile, stage.environment('abandoned'));
  await temporal.restore();
  await temporal.start();

  for (const one of all) await expect.poll(() => stage.status(one), LONG).toEqual(one);
  await expect.poll(async () => (await stage.status(ended)).state, LONG).toBe('terminated');
  await expect.poll(() => namespaceNow(admin, abandoned.name), LONG).toBeUndefined();
  expect(await namespaceNow(admin, ended.namespace)).toBeUndefined();
  expect(await uids(...all)).toEqual(before);
  expect((await stage.sweep()).findings).toEqual([]);
  await endAll();
  await stage.endProcesses();
  // The schedule of the sweep goes on, and is nobody’s run.
  await closeRow(task, 1, { ...stage.scope(), isShared: true });
});

it('what is restored from an hour ago does nothing by what was true then, and knows what is true now', {
  timeout: TEST_MS,
}, async () => {
  const [late, waking] = [stage.environment('late'), stage.environment('waking')];
  const holds = [new Hold('before it is done'), new Hold('before it is done')] as const;
  await begin(withDeadline(await withPod(waking.dev_id), SHORT));
  const [extended, untouched, woken] = await Promise.all([
    ready('extended', { template: 'bare', ttl: '8h' }),
    ready('untouched', { template: 'bare', ttl: '8h' }),
    ready('woken', { template: 'default', ttl: '8h' }),
  ]);
  await expect.poll(async () => (await stage.status(waking)).state, LONG).toBe('ready');
  await Promise.all([waking, woken].map((one) => stage.ask('sleep', identityOf(one))));
  for (const one of [waking, woken]) await isRemembered(await stage.status(one));
  await begin(withDeadline(await withPod(late.dev_id), '1h'));
  for (const [at, { dev_id }] of [late, waking].entries()) {
    const request = { method: 'PATCH', resource: 'deployments', namespace: `dev-${dev_id}` };
    stage.proxy.on(request, (holds[at] as Hold).fault, 1);
  }
  await stage.ask('wake', waking, { Prefer: 'respond-async' });
  const began = Date.now();
  for (const hold of holds) await hold.caughtWithin(30_000, 'the workload of what is on its way');
  await temporal.backUp();

  for (const hold of holds) hold.release();
  await expect.poll(() => stage.ask('wake', identityOf(woken)), LONG).toMatchObject({ status: 200 });
  for (const one of [late, waking]) await expect.poll(async () => (await stage.status(one)).state, LONG).toBe('ready');
  for (const one of [extended, untouched, late]) await extend(one, '20h');
  const all = await Promise.all([late, waking, extended, untouched, woken].map((one) => stage.status(one)));
  for (const one of all) await isRemembered(one);
  await sleep(Math.max(0, began + SHORT_MS + 10_000 - Date.now()));
  await temporal.restore();
  await temporal.start();

  // Somebody asks for less than there is by now, and somebody changes what was asleep then.
  await expect.poll(() => extend(extended, '9h').then(() => true, String), LONG).toBe(true);
  const denyAll = { ...POLICY, metadata: { name: 'deny-all', namespace: woken.namespace ?? '' } };
  await admin.delete(denyAll, (await admin.read(denyAll))?.metadata?.uid ?? '');
  for (const { drift: _, ...one } of all) await expect.poll(() => stage.status(one), LONG).toMatchObject(one);
  await expect.poll(() => admin.read(denyAll), LONG).toBeDefined();
  const restored = [{ what: 'restored', object: 'NetworkPolicy deny-all' }];
  await expect.poll(async () => (await stage.status(woken)).drift, LONG).toMatchObject(restored);
  for (const { namespace } of all.filter(({ template }) => template.name !== 'bare'))
    expect(await running(admin, namespace ?? '')).toHaveLength(1);
  await endAll();
});

async function extend(one: Identity, ttl: string): Promise<void> {
  await stage.temporal.workflow.getHandle(workflowId(one)).executeUpdate(extendUpdate, { args: [ttl] });
}

async function ready(name: string, more: { template: string; ttl?: string }): Promise<Environment> {
  const { status, body } = await stage.start({ ...stage.environment(name), ...more });
  expect({ status, body }).toMatchObject({ status: 200, body: { state: 'ready' } });
  return body;
}

/** Begins a life as the API does, of what no template gives. */
async function begin(asked: Specification): Promise<void> {
  const environment = queued(asked, new Date());
  stage.accepted.push(environment);
  await stage.temporal.workflow.start('EnvironmentWorkflow', lifeOptions({ specification: asked, environment }));
}

function withDeadline(asked: Specification, deadline: string): Specification {
  return { ...asked, recipe: { ...asked.recipe, deadline } };
}

/** What falls asleep is shown so first, and remembered then. */
async function isRemembered(environment: Environment): Promise<void> {
  await expect.poll(() => rememberedIn(admin, environment.namespace), LONG).toEqual(environment);
}

async function uids(...environments: Environment[]): Promise<(string | undefined)[]> {
  const live = await Promise.all(environments.map(({ namespace }) => namespaceNow(admin, namespace)));
  return live.map((namespace) => namespace?.metadata?.uid);
}

/** Ends all that was ever accepted, and leaves nothing. */
async function endAll(): Promise<void> {
  const all = new Map(stage.accepted.map((environment) => [environment.dev_id, environment]));
  await Promise.all([...all.values()].map((environment) => stage.terminate(identityOf(environment))));
  const left = async (): Promise<string[]> => {
    const namespaces = await admin.list({ apiVersion: 'v1', kind: 'Namespace' }, '');
    return namespaces.flatMap(({ metadata }) => metadata?.name ?? []).filter((name) => name.includes(stage.developers));
  };
  await expect.poll(left, LONG).toEqual([]);
}

function identityOf({ dev_id, project }: Identity): Identity {
  return { dev_id, project };
}
