import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KubeConfig } from '@kubernetes/client-node';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { connectCluster } from '../../src/cluster/client.ts';
import type { Shelf } from '../../src/cluster/slots/claim.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { TemplateCatalogue } from '../../src/templates/catalogue.ts';
import { TemporalCapacityHistory } from '../../src/worker/capacity-history.ts';
import { createWorkers } from '../../src/worker/worker.ts';
import { TemporalWorkflows } from '../../src/worker/workflows.ts';
import { ownershipKey } from '../setup/access.ts';
import { adminToken, call } from '../setup/client.ts';
import { metricAt } from '../system/proof/operator.ts';
import { UNLUCKY } from './other-release.ts';
import { closeRow } from './row.ts';
import { Stage } from './stage.ts';

// A release that cannot go on with what another began fails the workflow tasks of one developer's environment, again and
// again. The other release is what mends it.

const OTHER_RELEASE = fileURLToPath(new URL('other-release.ts', import.meta.url));
const DEFECT = { type: 'urn:berth:problem:defect' };
const NOTICED_WITHIN = { timeout: 90_000 };
const LATER = { Prefer: 'respond-async' };

describe('an environment whose workflow fails its tasks', () => {
  let stage: Stage;
  let metrics: string;
  let startToday: () => Promise<void>;

  beforeAll(async () => {
    // That workflow tasks fail is what the test is about.
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    stage = await Stage.setUp();
    const { metrics: port } = await choosePorts(join(stage.directory, 'metrics-port.json'), { metrics: undefined });
    metrics = `http://${LOOPBACK}:${port}/metrics`;
    startToday = () => stage.startWorker('today', { BERTH_METRICS_LISTEN: `${LOOPBACK}:${port}` });
    await stage.startApi();
  });
  afterAll(() => stage.close());

  it('is told as such in status, lists, answers and metrics; others go on, and so does it once that is mended', {
    timeout: 400_000,
    meta: { fault: 'a workflow that fails its tasks' },
  }, async ({ task }) => {
    const [unlucky, lucky] = [stage.environment(UNLUCKY), stage.environment('lucky')];
    const stop = await startOtherRelease(stage);
    for (const identity of [unlucky, lucky]) {
      await stage.start({ ...identity, template: 'bare' });
      // What the other release has only begun, today's could still go on with.
      await expect.poll(() => stage.status(identity), NOTICED_WITHIN).toMatchObject({ state: 'ready' });
    }
    await stop();
    await startToday();
    await stage.ask('sleep', unlucky, LATER);

    await expect.poll(() => stage.status(unlucky), NOTICED_WITHIN).toMatchObject({ state: 'ready', problem: DEFECT });
    const started = await stage.start(unlucky);
    const asked = await stage.ask('sleep', unlucky);
    const ended = await stage.terminate(unlucky);

    expect(started).toMatchObject({ status: 200, body: { state: 'ready', problem: DEFECT } });
    expect(asked).toMatchObject({ status: 500, body: { detail: expect.stringContaining('nothing is lost') } });
    expect(ended).toMatchObject({ status: 202, body: { state: 'terminating', problem: DEFECT } });
    await expect.poll(() => listed(stage, unlucky.dev_id), NOTICED_WITHIN).toMatchObject([{ problem: DEFECT }]);
    await expect.poll(() => metricAt(metrics, 'berth_workflows_failing'), NOTICED_WITHIN).toBe(1);
    expect(await listed(stage, lucky.dev_id)).toMatchObject([{ state: 'ready' }]);
    expect(await stage.terminate(lucky)).toMatchObject({ status: 200, body: { state: 'terminated' } });

    await stage.killWorker('today');
    const stopAgain = await startOtherRelease(stage);
    await expect.poll(() => stage.status(unlucky), NOTICED_WITHIN).toMatchObject({ state: 'terminated' });
    expect((await stage.status(unlucky)).problem).toBeUndefined();
    await stopAgain();
    await startToday();
    await expect.poll(() => metricAt(metrics, 'berth_workflows_failing'), NOTICED_WITHIN).toBe(0);
    await stage.endProcesses();
    await closeRow(task, 1, stage.scope());
  });
});

const EMPTY: Shelf = { candidates: () => [], putBack: () => undefined };

/** A worker as the product's, but for its workflows' code; @returns what ends it */
async function startOtherRelease(stage: Stage): Promise<() => Promise<void>> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(stage.proxy.kubeconfigFor('other'));
  const [cluster, connection] = await Promise.all([
    connectCluster(kubeConfig),
    NativeConnection.connect({ address: inject('servers').temporal }),
  ]);
  const dependencies = {
    cluster,
    ownershipKey: await ownershipKey(),
    entrance: { server: '' },
    proof: { image: '', outside: undefined },
    workflows: new TemporalWorkflows(stage.temporal),
    history: new TemporalCapacityHistory(stage.temporal),
    templates: new TemplateCatalogue(join(REPOSITORY, 'templates')),
    sweepGraceMs: 0,
    slots: { shelf: EMPTY, isWhole: () => undefined, onClaim: () => undefined },
  };
  const workers = await createWorkers(
    connection,
    stage.temporal.options.namespace,
    { forPeople: dependencies, forRefills: dependencies, forHousekeeping: dependencies },
    OTHER_RELEASE,
  );
  const ended = Promise.all(workers.map((worker) => worker.run()));
  const stop = async (): Promise<void> => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    await ended;
  };
  onTestFinished(async () => {
    await stop();
    await Promise.all([connection.close(), cluster.close()]);
  });
  return stop;
}

async function listed(stage: Stage, devId: string): Promise<unknown[]> {
  const [api = ''] = stage.apis;
  const path = `/environments/status?dev_id=${devId}`;
  return (await call<{ environments: unknown[] }>(await adminToken(), 'GET', path, { api })).body.environments;
}
