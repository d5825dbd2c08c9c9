import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventsV1Event } from '@kubernetes/client-node';
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { ANNOTATION } from '../../src/cluster/ownership.ts';
import { CANARY } from '../../src/environment/canary.ts';
import { type Identity, workflowId } from '../../src/environment/identity.ts';
import type { Finding, SweepReport } from '../../src/environment/sweep/report.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import type { IsolationCanaryWorkflow } from '../../src/workflows/canary.ts';
import { TASK_QUEUE } from '../../src/workflows/messages.ts';
import { temporaryDirectory } from '../local/start-command.ts';
import { adminToken, call, clusterBy } from '../setup/client.ts';
import { newKeyFile } from '../setup/key-file.ts';
import { loseWorkflow, namespaceNow, neverReady, rememberedIn } from '../setup/leftovers.ts';
import { shownBy } from '../setup/lives.ts';
import { ByHand } from './by-hand.ts';
import { refuseWith } from './faults.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

const SOON = { timeout: 30_000, interval: 200 };
/** Whose environment Temporal forgets. */
const FORGOTTEN = 'given-up';
/** Temporal deletes when it comes to it. */
const FORGOTTEN_WITHIN = { timeout: 120_000, interval: 500 };

describe('a sweep', () => {
  let stage: Stage;
  let admin: Cluster;
  let worker: Cluster;
  let metrics: () => Promise<string>;
  let startWorker: () => Promise<void>;
  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    [admin, worker] = await Promise.all([
      clusterBy(inject('servers').adminKubeconfig),
      clusterBy(inject('servers').workerKubeconfig),
    ]);
    const ports = await choosePorts(join(inject('servers').stateDir, 'sweep-ports.json'), { metrics: undefined });
    const listen = `${LOOPBACK}:${ports.metrics}`;
    const variables = { BERTH_SWEEP_GRACE: '1s', BERTH_METRICS_LISTEN: listen };
    startWorker = () => stage.startWorker('worker', variables);
    await Promise.all([stage.startApi(), startWorker()]);
    metrics = async () => await (await fetch(`http://${listen}/metrics`)).text();
  });
  afterAll(() => Promise.all([stage?.close(), admin?.close(), worker?.close()]));

  /** Until the deadline of what was never ready has passed, and the grace after it. */
  const undoable = () => sleep(3500);
  const started = async (name: string, more: { template?: string; ttl?: string } = {}) =>
    (await stage.start({ ...stage.environment(name), template: 'bare', ...more })).body;
  const leftBehind = (name: string, more: { deadline?: string; run?: string; isMarked?: boolean } = {}) =>
    neverReady(worker, stage.ownershipKeyFile, stage.environment(name), more);
  const remove = (name: string, uid: string) =>
    admin.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, uid);

  it('finds nothing to do where all is well', async () => {
    const environment = await started('well');

    const report = await stage.sweep();

    expect(report).toMatchObject({ dry_run: false, findings: [], counts: { adopt: 0, undo: 0, wait: 0, missing: 0 } });
    expect(report.counts.keep).toBeGreaterThan(0);
    expect(await stage.status(environment)).toEqual(environment);
  });

  it('takes up an environment whose workflow was lost: the same in all that it shows, awake or asleep', async () => {
    const [awake, sleeper] = [await started('awake', { template: 'default' }), await started('sleeper')];
    await stage.ask('sleep', stage.environment('sleeper'));
    const asleep = await stage.status(sleeper);
    await expect.poll(() => remembered(awake.namespace)).toEqual(awake);
    await expect.poll(() => remembered(sleeper.namespace)).toEqual(asleep);
    const before = await namespaceNow(admin, awake.namespace);
    await Promise.all([loseWorkflow(stage.temporal, awake), loseWorkflow(stage.temporal, sleeper)]);

    const report = await stage.sweep();

    expect(of(report, awake)).toMatchObject({ verdict: 'adopt', reason: 'it was ready, and lacks its workflow' });
    expect(of(report, sleeper)).toMatchObject({ verdict: 'adopt' });
    expect(await stage.status(awake)).toEqual(awake);
    expect(await stage.status(sleeper)).toEqual(asleep);
    expect((await namespaceNow(admin, awake.namespace))?.metadata?.uid).toBe(before?.metadata?.uid);
    expect((await stage.sweep()).findings.filter(isOf(awake, sleeper))).toEqual([]);
    expect(await stage.start(stage.environment('awake'))).toMatchObject({ status: 200, body: awake });
    expect(await stage.ask('wake', stage.environment('sleeper'))).toMatchObject({
      status: 200,
      body: { state: 'ready' },
    });
    for (const { dev_id, project } of [awake, sleeper])
      expect((await stage.terminate({ dev_id, project })).body).toMatchObject({ state: 'terminated' });
  });

  it('has restored what was changed while no workflow led it', async () => {
    const environment = await started('opened');
    await expect.poll(() => remembered(environment.namespace)).toEqual(environment);
    await loseWorkflow(stage.temporal, environment);
    const deed = { kind: 'NetworkPolicy', apiVersion: 'networking.k8s.io/v1', name: 'deny-all', edit: {}, differs: '' };
    const denyAll = new ByHand(admin, environment.namespace ?? '', deed);
    await denyAll.delete();
    // By now it was told to nobody.
    await sleep(3000);

    expect(of(await stage.sweep(), environment)).toMatchObject({ verdict: 'adopt' });

    await expect.poll(() => denyAll.read(), SOON).toBeDefined();
    await expect.poll(async () => (await stage.status(environment)).drift, SOON).toHaveLength(1);
  });

  it('is not held up by one that cannot be judged', async () => {
    const [spoilt, lost] = [await started('not-to-be-judged'), await started('beside-it')];
    for (const one of [spoilt, lost]) {
      await expect.poll(() => remembered(one.namespace)).toEqual(one);
      await loseWorkflow(stage.temporal, one);
    }
    const { name = '', uid = '' } = (await namespaceNow(admin, spoilt.namespace))?.metadata ?? {};
    // It says all that is looked at before Temporal refuses it.
    const annotations = { [ANNOTATION.environment]: JSON.stringify({ ...spoilt, namespace: 5, steps: 5 }) };
    await admin.merge({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }, uid);

    const report = await stage.sweep();

    const reason = expect.stringContaining('it cannot be judged: ');
    expect(of(report, spoilt)).toMatchObject({ verdict: 'keep', isOdd: true, reason });
    expect(of(report, lost)).toMatchObject({ verdict: 'adopt' });
    await remove(name, uid);
  });

  it('undoes what was never ready and lacks its workflow, after its deadline and a grace; and not before', async () => {
    const [soon, later] = [await leftBehind('soon'), await leftBehind('later', { deadline: '1h' })];
    await undoable();

    const report = await stage.sweep();

    expect(find(report, soon.name)).toMatchObject({ verdict: 'undo' });
    expect(find(report, later.name)).toMatchObject({
      verdict: 'wait',
      reason: expect.stringContaining('undone after'),
    });
    await expect.poll(() => namespaceNow(admin, soon.name), SOON).toBeUndefined();
    expect((await namespaceNow(admin, later.name))?.metadata?.deletionTimestamp).toBeUndefined();
    await remove(later.name, later.uid);
  });

  it('has an administrator give up what is stuck of that, though no life of it is known', async () => {
    const identity = stage.environment('stuck');
    const { name, uid } = await leftBehind('stuck');
    stage.proxy.on({ method: 'DELETE', resource: 'namespaces', name }, refuseWith(403, 'not today'));
    await undoable();
    expect(find(await stage.sweep(), name)).toMatchObject({ verdict: 'undo' });

    const body = { ...identity, abandon: 'it is needed elsewhere' };
    const [api, token] = [stage.apis[0] ?? '', await adminToken()];
    const giveUp = () => call(token, 'POST', '/environments/terminate', { body, api });
    await expect.poll(async () => (await giveUp()).status, { timeout: 60_000 }).toBe(409);
    let answer = await giveUp();
    for (const until = Date.now() + 60_000; answer.status === 409 && Date.now() < until; await sleep(1000))
      answer = await giveUp();

    expect(answer).toMatchObject({
      status: 200,
      body: { state: 'terminated', abandoned: { reason: body.abandon, left: expect.stringContaining('not today') } },
    });
    expect(find(await stage.sweep(), name)).toMatchObject({ verdict: 'keep', isOdd: true });
    await remove(name, uid);
  });

  it('undoes it also where its worker ended before it could mark it', async () => {
    const { name } = await leftBehind('unmarked', { isMarked: false });
    await undoable();

    expect(find(await stage.sweep(), name)).toMatchObject({ verdict: 'undo' });
    await expect.poll(() => namespaceNow(admin, name), SOON).toBeUndefined();
  });

  it('undoes it also where its undoing had begun before Temporal forgot of it', async () => {
    const { name, uid } = await leftBehind('half-undone');
    const annotations = { [ANNOTATION.ended]: new Date().toISOString() };
    await admin.merge({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }, uid);
    await undoable();

    expect(find(await stage.sweep(), name)).toMatchObject({ verdict: 'undo' });
    await expect.poll(() => namespaceNow(admin, name), SOON).toBeUndefined();
  });

  it('leaves alone what the canary has made, for as long as that goes on', async () => {
    // Begun, and without its first step: what it would build is built here.
    const proof = await stage.temporal.workflow.start<typeof IsolationCanaryWorkflow>('IsolationCanaryWorkflow', {
      workflowId: `${stage.developers}-canary`,
      taskQueue: TASK_QUEUE,
      args: [CANARY],
      startDelay: '1h',
    });
    const itsOwn = await neverReady(worker, stage.ownershipKeyFile, CANARY, { run: proof.firstExecutionRunId });
    await undoable();

    const during = await stage.sweep();
    await proof.terminate();
    const after = await stage.sweep();

    expect(find(during, itsOwn.name)).toBeUndefined();
    expect(find(after, itsOwn.name)).toMatchObject({ verdict: 'undo' });
    await expect.poll(() => namespaceNow(admin, itsOwn.name), SOON).toBeUndefined();
  });

  it('brings nothing back that is being terminated, nor what was left by a teardown that somebody ended', {
    timeout: 240_000,
  }, async () => {
    const environment = await started(FORGOTTEN);
    const name = environment.namespace ?? '';
    await expect.poll(() => remembered(name)).toEqual(environment);
    stage.proxy.on({ method: 'DELETE', resource: 'namespaces', name }, refuseWith(403, 'not today'));
    await stage.terminate(stage.environment(FORGOTTEN), { Prefer: 'respond-async' });
    const teardown = async () => (await shownBy(stage.temporal, workflowId(environment))).teardown ?? '';
    await expect.poll(teardown, SOON).not.toBe('');

    const during = await stage.sweep();
    await stage.temporal.workflow.getHandle(await teardown()).terminate();
    const after = await stage.sweep();

    expect(of(during, environment)).toBeUndefined();
    expect(of(after, environment)).toMatchObject({
      verdict: 'keep',
      reason: expect.stringContaining('teardown'),
      isOdd: true,
    });
    expect((await stage.status(environment)).state).not.toBe('ready');
    // Nor once Temporal has forgotten all that.
    await Promise.all([workflowId(environment), await teardown()].map((id) => forgotten(stage.temporal, id)));
    expect(of(await stage.sweep(), environment)).toMatchObject({ verdict: 'keep', isOdd: true });
    expect((await namespaceNow(admin, name))?.metadata?.deletionTimestamp).toBeUndefined();
    await remove(name, (await namespaceNow(admin, name))?.metadata?.uid ?? '');
  });

  it('never touches what others have made, nor what is ours and spoilt', async () => {
    const theirs = await neverReady(worker, newKeyFile(temporaryDirectory()), stage.environment('theirs'));
    const spoilt = await started('spoilt');
    await expect.poll(() => remembered(spoilt.namespace)).toEqual(spoilt);
    await loseWorkflow(stage.temporal, spoilt);
    const uid = (await namespaceNow(admin, spoilt.namespace))?.metadata?.uid ?? '';
    const name = spoilt.namespace ?? '';
    const noLonger = { [ANNOTATION.environment]: 'null' };
    await admin.merge({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations: noLonger } }, uid);
    await undoable();
    const before = await Promise.all([namespaceNow(admin, theirs.name), namespaceNow(admin, name)]);

    const report = await stage.sweep();

    expect(find(report, theirs.name)).toBeUndefined();
    expect(report.counts.foreign).toBeGreaterThan(0);
    expect(find(report, name)).toMatchObject({ verdict: 'keep', reason: expect.stringContaining('cannot be read') });
    expect(await Promise.all([namespaceNow(admin, theirs.name), namespaceNow(admin, name)])).toEqual(before);
    await Promise.all([remove(theirs.name, theirs.uid), remove(name, uid)]);
  });

  it('tells of an environment whose namespace went while no worker watched, and has it end', async () => {
    const environment = await started('missing');
    const { name = '', uid = '' } = (await namespaceNow(admin, environment.namespace))?.metadata ?? {};
    await stage.killWorker('worker');
    await remove(name, uid);
    await expect.poll(() => namespaceNow(admin, name), SOON).toBeUndefined();
    await startWorker();

    expect(of(await stage.sweep(), environment)).toMatchObject({ verdict: 'missing', namespace: name });

    await expect.poll(async () => (await stage.status(environment)).state, SOON).toBe('terminated');
    expect(of(await stage.sweep(), environment)).toBeUndefined();
  });

  it('changes nothing at all by a dry run, which tells the same', async () => {
    const [lost, abandoned] = [await started('dry'), await leftBehind('dry-abandoned')];
    await expect.poll(() => remembered(lost.namespace)).toEqual(lost);
    await loseWorkflow(stage.temporal, lost);
    await undoable();
    const names = [lost.namespace, abandoned.name];
    const seen = () => Promise.all(names.map((name) => namespaceNow(admin, name)));
    const before = await seen();

    const told = await stage.sweep({ dryRun: true });
    const toldAgain = await stage.sweep({ dryRun: true });

    expect(told).toMatchObject({ dry_run: true });
    expect([of(told, lost)?.verdict, find(told, abandoned.name)?.verdict]).toEqual(['adopt', 'undo']);
    expect(toldAgain.findings).toEqual(told.findings);
    expect(await seen()).toEqual(before);
    expect((await stage.temporal.workflow.getHandle(workflowId(lost)).describe()).status.name).toBe('TERMINATED');
    const { findings } = await stage.sweep();
    expect(findings).toEqual(told.findings);
    await expect.poll(() => namespaceNow(admin, abandoned.name), SOON).toBeUndefined();
  });

  it('undoes none where it would undo more than 5, and raises an alarm; what is lost is taken up all the same', async () => {
    const numbers = Array.from({ length: 6 }, (_, index) => index);
    const lost = await started('among-many');
    const many = await Promise.all(numbers.map((index) => leftBehind(`many-${index}`)));
    await expect.poll(() => remembered(lost.namespace)).toEqual(lost);
    await loseWorkflow(stage.temporal, lost);
    await undoable();

    const report = await stage.sweep();

    expect(report.alarm).toMatch(/^6 of \d+ namespaces would be undone, which is more than 5 or 5 %: none is\./);
    expect(many.map(({ name }) => find(report, name)?.verdict)).toEqual(many.map(() => 'wait'));
    expect(of(report, lost)?.verdict).toBe('adopt');
    const alarms = await events(admin);
    expect(alarms.filter(({ note }) => note === report.alarm)).not.toEqual([]);
    const still = await Promise.all(many.map(({ name }) => namespaceNow(admin, name)));
    expect(still.map((live) => [live?.metadata?.uid, live?.metadata?.deletionTimestamp])).toEqual(
      many.map(({ uid }) => [uid, undefined]),
    );
    expect(await detailsOf(stage.temporal)).toContain(report.alarm);
    expect(await metrics()).toMatch(/^berth_sweep_stopped(\{.*\})? 1$/m);
    expect(await metrics()).toMatch(/^berth_sweep_namespaces\{.*verdict="adopt".*\} 1$/m);
    await Promise.all(many.map(({ name, uid }) => remove(name, uid)));
  });

  it('and a start at the same moment end with one environment each, and lose none', { timeout: 240_000 }, async () => {
    const names = Array.from({ length: 8 }, (_, index) => `race-${index}`);
    const lost = await Promise.all(names.map((name) => started(name)));
    await Promise.all(lost.map((one) => expect.poll(() => remembered(one.namespace)).toEqual(one)));
    await Promise.all(lost.map((one) => loseWorkflow(stage.temporal, one)));

    const starts = names.map(async (name, index) => {
      await sleep(15 * index);
      return await stage.start({ ...stage.environment(name), template: 'bare' });
    });
    const [report, ...answers] = await Promise.all([stage.sweep(), ...starts]);

    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    for (const [index, one] of lost.entries()) {
      const now = answers[index]?.body;
      expect(await stage.status(one)).toEqual(now);
      // Whatever became of the race, what was ready is there.
      expect((await namespaceNow(admin, one.namespace))?.metadata?.deletionTimestamp).toBeUndefined();
      if (now?.namespace === one.namespace) continue;
      // The start was first: the lost one waits until that is terminated, and is taken up then.
      expect(of(await stage.sweep(), one)).toMatchObject({ verdict: 'wait', isOdd: true, namespace: one.namespace });
      const { dev_id, project } = one;
      expect((await stage.terminate({ dev_id, project })).body).toMatchObject({ state: 'terminated' });
      expect(of(await stage.sweep(), one)).toMatchObject({ verdict: 'adopt', namespace: one.namespace });
      expect(await stage.status(one)).toEqual(one);
    }
    expect(report.alarm).toBeUndefined();
  });

  it('leaves nothing of all this', { meta: { fault: 'what a sweep finds, and its limit' } }, async ({ task }) => {
    const all = new Map(stage.accepted.map((environment) => [environment.dev_id, environment]));
    await Promise.all([...all.values()].map(({ dev_id, project }) => stage.terminate({ dev_id, project })));
    await stage.endProcesses();
    const scope = stage.scope();
    // Of what Temporal has forgotten nobody can say what became of it; its namespace is counted all the same.
    const accepted = scope.accepted.filter(({ dev_id }) => dev_id !== stage.environment(FORGOTTEN).dev_id);
    await closeRow(task, 15, { ...scope, accepted });
  });

  function remembered(namespace: string | null): Promise<unknown> {
    return rememberedIn(admin, namespace);
  }
});

function of({ findings }: SweepReport, { dev_id }: Identity): Finding | undefined {
  return findings.find(({ identity }) => identity?.dev_id === dev_id);
}

function find({ findings }: SweepReport, name: string): Finding | undefined {
  return findings.find(({ namespace }) => namespace === name);
}

function isOf(...environments: Identity[]): (finding: Finding) => boolean {
  return ({ identity }) => environments.some(({ dev_id }) => dev_id === identity?.dev_id);
}

async function events(cluster: Cluster): Promise<EventsV1Event[]> {
  const all = await cluster.list<EventsV1Event>({ apiVersion: 'events.k8s.io/v1', kind: 'Event' }, 'berth-system');
  return all.filter(({ reason }) => reason === 'SweepStopped');
}

/** Has Temporal forget a workflow, as it does once its retention is over. */
async function forgotten({ workflowService, workflow, options }: Client, workflowId: string): Promise<void> {
  await workflowService.deleteWorkflowExecution({ namespace: options.namespace, workflowExecution: { workflowId } });
  const describe = () => workflow.getHandle(workflowId).describe();
  const outcome = () =>
    describe().then(
      () => 'there',
      ({ name }) => name,
    );
  await expect.poll(outcome, FORGOTTEN_WITHIN).toBe('WorkflowNotFoundError');
}

/** What an operator reads in the Temporal UI of the last sweep that was asked for. */
async function detailsOf(temporal: Client): Promise<string> {
  const query = '__temporal_workflow_metadata';
  const { currentDetails } = await temporal.workflow
    .getHandle('sweep/by-hand')
    .query<{ currentDetails: string }>(query);
  return currentDetails;
}
