import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventsV1Event } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { takeBack } from '../../src/activities/capacity/slots-to-go.ts';
import type { CapacityReport, PoolReport } from '../../src/capacity/report.ts';
import { type Settings, settingsSchema } from '../../src/capacity/settings.ts';
import type { Cluster } from '../../src/cluster/client.ts';
import type { SeenSlot } from '../../src/cluster/slots/seen-slot.ts';
import { listSlots } from '../../src/cluster/slots/slots.ts';
import { slotWorkflowId } from '../../src/environment/slot.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { BUILT_IN_TEMPLATES } from '../../src/local/repository.ts';
import { TemporalWorkflows } from '../../src/worker/workflows.ts';
import type { CapacityWorkflow } from '../../src/workflows/capacity.ts';
import { REFILL_QUEUE } from '../../src/workflows/messages.ts';
import { Stage } from '../faults/stage.ts';
import { clusterBy } from '../setup/client.ts';

const SOON = { timeout: 30_000, interval: 200 };
/** What has happened is counted once lists are sure to show it. */
const COUNTED_MS = 11_000;
/** No pod of it can be made, as its guards are. */
const IMPOSSIBLE = `
workload:
  pods:
    main: { image: docker.io/library/busybox, cpu: 1, memory: 64Gi }
`;

describe('a plan of capacity', () => {
  let stage: Stage;
  let admin: Cluster;
  let metrics: () => Promise<string>;
  let templates: string;
  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    admin = await clusterBy(inject('servers').adminKubeconfig);
    templates = join(stage.directory, 'templates');
    mkdirSync(templates);
    for (const name of ['bare', 'default']) copyFileSync(join(BUILT_IN_TEMPLATES, `${name}.yaml`), fileOf(name));
    const ports = await choosePorts(join(inject('servers').stateDir, 'capacity-ports.json'), { metrics: undefined });
    const listen = `${LOOPBACK}:${ports.metrics}`;
    metrics = async () => await (await fetch(`http://${listen}/metrics`)).text();
    const BERTH_TEMPLATES_DIR = templates;
    await Promise.all([
      stage.startApi({ BERTH_TEMPLATES_DIR }),
      stage.startWorker('worker', { BERTH_TEMPLATES_DIR, BERTH_METRICS_LISTEN: listen }),
    ]);
  });
  afterAll(async () => {
    await removeAll();
    await Promise.all([stage.close(), admin.close()]);
  });

  const fileOf = (name: string) => join(templates, `${name}.yaml`);
  /** A template like `bare`, under another name. */
  const template = (name: string, changes: Record<string, string> = {}) => {
    const edits = Object.entries({ 'name: bare': `name: ${name}`, ...changes });
    writeFileSync(
      fileOf(name),
      edits.reduce((text, [from, to]) => text.replace(from, to), readFileSync(fileOf('bare'), 'utf8')),
    );
  };
  let plans = 0;
  const plan = async (settings: Partial<Settings>, dryRun = false): Promise<CapacityReport> =>
    await stage.temporal.workflow.execute<typeof CapacityWorkflow>('CapacityWorkflow', {
      args: [{ settings: settingsSchema.parse(settings), dryRun }],
      taskQueue: REFILL_QUEUE,
      workflowId: `capacity${dryRun ? '/dry-run' : ''}-${plans++}`,
    });
  const pools = (floors: Record<string, number>) => ({
    pools: Object.fromEntries(Object.entries(floors).map(([name, floor]) => [name, { floor, ceiling: 300 }])),
  });
  const ownershipKey = () => Buffer.from(readFileSync(stage.ownershipKeyFile, 'utf8').trim(), 'hex');
  const slots = async (state?: SeenSlot['state']): Promise<SeenSlot[]> => {
    const all = await listSlots(admin, ownershipKey());
    return state === undefined ? all : all.filter((slot) => slot.state === state);
  };
  const count = async (name: string, state?: SeenSlot['state']): Promise<number> =>
    (await slots(state)).filter(({ specification }) => specification.template.name === name).length;
  const poolOf = ({ pools }: CapacityReport, name: string): PoolReport => {
    const pool = pools.find(({ template }) => template === name);
    if (pool === undefined) throw new Error(`There is no pool of ${name} in ${JSON.stringify(pools)}.`);
    return pool;
  };
  const removeAll = async () => {
    for (const until = Date.now() + 100_000; (await slots()).length > 0 && Date.now() < until; await sleep(1000))
      await plan({});
  };

  it('fills a pool up to its floor, says so, and makes nothing twice', { timeout: 60_000 }, async () => {
    const dry = await plan(pools({ bare: 3 }), true);
    expect(poolOf(dry, 'bare').plan).toMatchObject({ desired: 3, reasons: ['The floor is 3.'] });
    expect(dry.dry_run).toBe(true);
    await sleep(1000);
    expect(await slots()).toEqual([]);

    const first = await plan(pools({ bare: 3 }));
    const second = await plan(pools({ bare: 3 }));

    expect(poolOf(first, 'bare').plan.make).toMatchObject([{ count: 3 }]);
    expect(poolOf(second, 'bare').plan.make).toEqual([]);
    await expect.poll(() => count('bare', 'ready'), SOON).toBe(3);
    expect(await slots()).toHaveLength(3);
    const { memo } = await stage.temporal.workflow.getHandle(`capacity-${plans - 1}`).describe();
    expect(memo).toMatchObject({ capacity: second, ledger: { pools: { bare: { last: { desired: 3 } } } } });
  });

  it('makes good what was claimed, by the next plan, and counts who found a slot', { timeout: 90_000 }, async () => {
    await expect.poll(() => count('bare', 'ready'), SOON).toBe(3);
    const [warm, cold] = [stage.environment('warm'), stage.environment('cold')];
    const { body } = await stage.start({ ...warm, template: 'bare' });
    expect(body.provisioned_from).toBe('warm_pool');
    await stage.start({ ...cold, template: 'bare', parameters: { proof: 'none' }, ttl: '9h' });
    await stage.start({ ...stage.environment('other'), template: 'default' });

    const report = await plan(pools({ bare: 3 }));
    const missing = poolOf(report, 'bare').plan.make.reduce((sum, { count }) => sum + count, 0);
    expect(missing).toBeGreaterThan(0);
    await expect.poll(() => count('bare', 'ready'), SOON).toBe(3);

    await sleep(COUNTED_MS);
    const later = await plan(pools({ bare: 3 }));
    const { hits, misses } = poolOf(later, 'bare').usage;
    expect({ hits, starts: hits + misses }).toEqual({ hits: missing, starts: 2 });
    expect(poolOf(later, 'bare').inputs.claims_per_minute).toBeCloseTo(2 / 5);
    expect(poolOf(await plan(pools({ bare: 3 })), 'bare').usage).toMatchObject({ hits, misses });
    expect(poolOf(later, 'bare').usage.idle_slot_hours).toBeGreaterThan(0);
    expect(await metrics()).toMatch(/berth_pool_desired\{[^}]*template="bare"[^}]*\} 3/);
    const [, plannedAt] = /berth_pool_planned_at\w*\{[^}]*template="bare"[^}]*\} (\d+)/.exec(await metrics()) ?? [];
    expect(Number(plannedAt)).toBeGreaterThanOrEqual(Math.floor(Date.parse(later.at) / 1000));
    for (const [what, number] of Object.entries({ hits, misses }))
      expect(await metrics()).toMatch(
        new RegExp(`berth_pool_${what}\\w*\\{[^}]*template="bare"[^}]*\\} ${number}$`, 'm'),
      );
  });

  it('lets a pool shrink step by step once its floor is lowered, and leaves what was claimed', {
    timeout: 60_000,
  }, async () => {
    const first = await plan(pools({ bare: 1 }));
    expect(poolOf(first, 'bare').plan.remove).toMatchObject([{ because: 'excess' }]);
    await expect.poll(() => count('bare'), SOON).toBe(2);
    await plan(pools({ bare: 1 }));
    await expect.poll(() => count('bare'), SOON).toBe(1);

    expect(poolOf(await plan(pools({ bare: 1 })), 'bare').plan.remove).toEqual([]);
    expect(await count('bare', 'ready')).toBe(1);
    for (const developer of ['warm', 'cold'])
      expect(await stage.status(stage.environment(developer))).toMatchObject({ state: 'ready' });
  });

  it('replaces a slot that is not as it should be, once it was seen so twice', async () => {
    await expect.poll(() => count('bare', 'ready'), SOON).toBe(1);
    const [opened] = await slots('ready');
    const { name = '' } = opened?.namespace ?? {};
    const denyAll = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
    const [policy] = (await admin.list(denyAll, name)).filter(({ metadata }) => metadata?.name === 'deny-all');
    const reference = { ...denyAll, metadata: { name: 'deny-all', namespace: name } };
    await admin.delete(reference, policy?.metadata?.uid ?? '');
    // What the worker watches it is told a moment later.
    await sleep(5000);

    expect(poolOf(await plan(pools({ bare: 1 })), 'bare').slots).toMatchObject({ ready: 1, broken: 0 });
    const { plan: planned, slots: seen } = poolOf(await plan(pools({ bare: 1 })), 'bare');

    expect(seen).toMatchObject({ ready: 0, broken: 1 });
    expect(planned).toMatchObject({ make: [{ count: 1 }], remove: [{ name, because: 'broken' }] });
    await expect.poll(async () => (await slots()).map(({ namespace }) => namespace.name), SOON).not.toContain(name);
    await expect.poll(() => count('bare', 'ready'), SOON).toBe(1);
  });

  it('makes no more than the ceiling allows, nor than there is room for', { timeout: 60_000 }, async () => {
    template('huge', {
      'cpu: 2, memory: 4Gi': 'cpu: 9000, memory: 4Gi',
      'max: { cpu: 1,': 'max: { cpu: 9000,',
      'workload: {}': 'workload: { pods: { main: { image: docker.io/library/busybox, cpu: 5000, memory: 1Gi } } }',
    });
    const launch = {
      ...{ start: new Date().toISOString().slice(0, 16), time_zone: 'UTC', lead: '1h', duration: '1h' },
      ...{ template: 'bare', count: 9, reason: 'Launch' },
    };
    const bare = { floor: 0, ceiling: 1 };
    const report = await plan({ pools: { ...pools({ huge: 2 }).pools, bare }, calendar: [launch] });

    expect(poolOf(report, 'huge').plan).toMatchObject({ desired: 0, make: [] });
    expect(poolOf(report, 'huge').plan.reasons).toContain('There is room for 0.');
    expect(poolOf(report, 'bare').plan.desired).toBe(1);
    expect(poolOf(report, 'bare').plan.reasons).toContain('The ceiling is 1.');
    expect(report.headroom).toBe(0);
  });

  it('sets a version aside that fails, says why, and goes on serving the last good one', {
    timeout: 240_000,
  }, async () => {
    template('work');
    const settings = pools({ work: 2 });
    await plan(settings);
    await expect.poll(() => count('work', 'ready'), SOON).toBe(2);
    await sleep(COUNTED_MS);
    const good = poolOf(await plan(settings), 'work').digest;

    const impossible = { 'workload: {}': IMPOSSIBLE, 'deadline: 2m': 'deadline: 3s' };
    template('work', impossible);
    let seen = poolOf(await plan(settings), 'work');
    for (const until = Date.now() + 200_000; seen.set_aside === undefined && Date.now() < until; ) {
      await sleep(3000);
      seen = poolOf(await plan(settings), 'work');
      expect(await count('work', 'ready')).toBe(2);
    }

    expect(seen.digest).not.toBe(good);
    // Lists lag behind: one that has just begun may not have been seen.
    expect(seen.set_aside).toMatch(/^[3-4] slots of the template 'work' in a row could not be made of /);
    expect(seen.set_aside).toContain(` ${seen.digest}: `);
    expect(seen.plan).toMatchObject({ desired: 2, make: [] });
    expect(seen.plan.serve[0]).toBe(good);
    expect(await metrics()).toMatch(/berth_pool_set_aside\{[^}]*template="work"[^}]*\} 1/);
    await expect.poll(eventsOfSetAside, SOON).toEqual([expect.stringContaining(seen.set_aside ?? '')]);
    await plan(settings);
    expect(await eventsOfSetAside()).toHaveLength(1);

    // Whoever mends it may write what is no template at all.
    template('work', { 'workload: {}': 'workload: nothing' });
    const { digest, set_aside, plan: planned } = poolOf(await plan(settings), 'work');
    expect({ digest, set_aside }).toEqual({ digest: seen.digest, set_aside: seen.set_aside });
    expect(planned).toMatchObject({ desired: 2, make: [], serve: seen.plan.serve });
    template('work', impossible);

    const work = async () =>
      (await slots('ready')).filter(({ specification }) => specification.template.name === 'work');
    // Nothing is left that says what it was made of, but what made it.
    for (const { namespace } of await work())
      await admin.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace.name } }, namespace.uid);
    await expect
      .poll(async () => {
        await plan(settings);
        return await count('work', 'ready');
      }, SOON)
      .toBe(2);
    for (const { specification } of await work()) expect(specification.template.digest).toBe(good);

    // Nobody wants them any more: what is told of them must not stay as it was.
    for (const { namespace } of await work())
      await admin.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace.name } }, namespace.uid);
    await expect.poll(() => count('work'), SOON).toBe(0);
    await plan({});
    await plan({});
    expect(await metrics()).toMatch(/berth_pool_desired\{[^}]*template="work"[^}]*\} 0/);
    expect(await metrics()).toMatch(/berth_pool_set_aside\{[^}]*template="work"[^}]*\} 0/);
  });

  it('prepares those whom the calendar awaits under their own names, and releases what nobody came for', {
    timeout: 120_000,
  }, async () => {
    const [ada, bob, eve] = ['ada', 'bob', 'eve'].map((name) => stage.environment(name));
    if (ada === undefined || bob === undefined || eve === undefined) throw new Error('There are three of them.');
    await stage.start({ ...eve, template: 'bare' });
    const entry = {
      start: new Date().toISOString().slice(0, 16),
      time_zone: 'UTC',
      lead: '1h',
      template: 'bare',
      reason: 'Workshop',
      roster: [ada, bob, eve],
    };

    const { prepared } = await plan({ calendar: [{ ...entry, duration: '1h' }] });
    expect(prepared.map(({ state }) => state)).toEqual(['wanted', 'wanted', 'handed over']);
    await expect
      .poll(async () => (await slots('ready')).map(({ namespace }) => namespace.name).sort(), SOON)
      .toEqual(expect.arrayContaining([`dev-${ada.dev_id}`, `dev-${bob.dev_id}`]));

    const { body } = await stage.start({ ...ada, template: 'bare' });
    expect(body).toMatchObject({ provisioned_from: 'prepared', namespace: `dev-${ada.dev_id}` });
    const held = await plan({ calendar: [{ ...entry, duration: '1h' }] });
    expect(held.prepared.map(({ state }) => state)).toEqual(['handed over', 'ready', 'handed over']);

    await plan({});
    await expect
      .poll(async () => (await slots()).filter(({ specification }) => specification.dev_id === bob.dev_id), SOON)
      .toEqual([]);
    expect(await stage.status(ada)).toMatchObject({ state: 'ready' });
  });

  it('takes back what was being made once nobody makes it any more, and not before', { timeout: 60_000 }, async () => {
    template('stuck', { 'workload: {}': IMPOSSIBLE });
    await plan(pools({ stuck: 1 }));
    await expect.poll(() => count('stuck', 'making'), SOON).toBe(1);
    const [slot] = (await slots('making')).filter(({ specification }) => specification.template.name === 'stuck');
    if (slot === undefined) throw new Error('It was there just now.');
    const dependencies = {
      cluster: admin,
      ownershipKey: ownershipKey(),
      workflows: new TemporalWorkflows(stage.temporal),
    };
    const taken = () => takeBack(dependencies, [slot.namespace.name], AbortSignal.timeout(30_000));

    expect(await taken()).toEqual([]);
    expect(await count('stuck', 'making')).toBe(1);

    await stage.temporal.workflow.getHandle(slotWorkflowId(slot.specification)).terminate();
    expect(await taken()).toMatchObject([{ life: slot.life, namespace: slot.namespace }]);
    expect(await count('stuck', 'going')).toBe(1);
    await plan({});
    await expect.poll(() => count('stuck'), SOON).toBe(0);
  });

  async function eventsOfSetAside(): Promise<string[]> {
    const events = await admin.list<EventsV1Event>({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, 'berth-system');
    return events.flatMap(({ reason, note }) =>
      reason === 'TemplateSetAside' && note?.includes("'work'") ? [note] : [],
    );
  }
});
