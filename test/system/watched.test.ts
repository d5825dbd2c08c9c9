import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject, V1Deployment, V1NetworkPolicy } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { CallOutcome } from '../../src/api/temporal/call-outcome.ts';
import type { EndedCall } from '../../src/cluster/transport.ts';
import type { Drift, Environment } from '../../src/environment/environment.ts';
import type { ProblemKind } from '../../src/environment/problem.ts';
import { readManifest } from '../../src/local/bootstrap/manifests.ts';
import { BUILT_IN_TEMPLATES, REPOSITORY } from '../../src/local/repository.ts';
import type * as workflows from '../../src/workflows/index.ts';
import { Stage } from '../faults/stage.ts';
import { WarmSlots } from '../faults/warm-slots.ts';
import { adminToken, call, clusterBy } from '../setup/client.ts';
import { panels } from './dashboard.ts';
import { Prometheus, RULES } from './prometheus.ts';
import { groupingsIn, labelsShown, selectorsIn } from './promql.ts';

const MOST_CALLS = 6;
const AT_ONCE = 10;
const POOL = 2;
/** Prometheus knows a rate from the second time on that it has read a series. */
const READ_TWICE_MS = 3000;
const SETTLED = { timeout: 240_000, interval: 1000 };
const TEST_MS = 900_000;
const LATER = { Prefer: 'respond-async' };
const TESTS = join(dirname(RULES), 'tests');

interface Alert {
  alert?: string;
  expr: string;
  for?: string;
  labels?: { severity?: string };
  annotations?: Record<string, string>;
}

type WorkflowName = keyof typeof workflows;
/** Values of labels, by metric and label. */
type Values = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** What alerts go by and none of this brings about: as the code has it. That there is such a label is read all the same. */
const NOT_BROUGHT_ABOUT: Values = {
  berth_api_requests_total: { status: ['429', '500', '502'] },
  berth_api_temporal_calls_total: { outcome: ['failed', 'silent'] satisfies CallOutcome[] },
  berth_cluster_calls: { status: ['429', '500', 'no-answer' satisfies EndedCall['status']] },
  berth_drift: { what: ['lost', 'not restored'] satisfies Drift['what'][] },
  berth_environment_changes: {
    problem: ['cluster-failed', 'deadline-exceeded', 'isolation-not-enforced', 'internal'] satisfies ProblemKind[],
  },
  berth_environment_ready_seconds_bucket: {
    provisioned_from: ['prepared'] satisfies Environment['provisioned_from'][],
  },
  // Environments fail here, and these do not: runs of theirs are read as completed, by the same names.
  temporal_workflow_failed: {
    workflow_type: ['CapacityWorkflow', 'SweepWorkflow', 'IsolationCanaryWorkflow'] satisfies WorkflowName[],
  },
};
/** The same where no node of the cluster runs pods, so that nothing can be proved. */
const NOT_PROVED: Values = {
  temporal_workflow_completed: { workflow_type: ['IsolationCanaryWorkflow'] satisfies WorkflowName[] },
};

const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
  ({ rules }) => rules,
);
const alerts = rules.filter((rule): rule is Required<Alert> => rule.alert !== undefined);
const hasPrometheus = !spawnSync('prometheus', ['--version']).error;

describe.skipIf(!hasPrometheus)('the alerts that are shipped', () => {
  it('are valid, and fire on what they are for, after their time and not where all is well', () => {
    const check = spawnSync('promtool', ['check', 'rules', RULES], { encoding: 'utf8' });
    const files = readdirSync(TESTS).map((file) => join(TESTS, file));
    const tests = spawnSync('promtool', ['test', 'rules', ...files], { encoding: 'utf8' });

    expect(`${check.stdout}${check.stderr}`).toContain('SUCCESS');
    expect({ code: tests.status, said: tests.status === 0 ? '' : `${tests.stdout}${tests.stderr}` }).toEqual({
      code: 0,
      said: '',
    });
  });

  it.each(alerts.map((alert) => [alert.alert, alert] as const))('%s has a case, and says what to do', (name, alert) => {
    const cases = readFileSync(join(TESTS, 'fires.yml'), 'utf8');

    expect(cases).toContain(`{alertname="${name}", severity="${alert.labels.severity}"}`);
    expect(['critical', 'warning']).toContain(alert.labels.severity);
    for (const part of ['summary', 'description', 'action']) expect(alert.annotations[part]).toMatch(/\w{3}/);
  });
});

describe.skipIf(!hasPrometheus)('Prometheus, after a surge', () => {
  let stage: Stage;
  let prometheus: Prometheus;
  let removeDeployments: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    const templates = templatesIn(stage.directory);
    const { workerKubeconfig, probeImage, temporalMetrics } = inject('servers');
    await stage.startMeasuredApi({ BERTH_TEMPLATES_DIR: templates, BERTH_MOST_CALLS: String(MOST_CALLS) });
    removeDeployments = await scaledByPlans();
    await stage.startMeasuredWorker('worker', {
      // Not through the proxy: it shows the apiserver's certificate, which is of another address where a real node runs.
      KUBECONFIG: workerKubeconfig,
      BERTH_TEMPLATES_DIR: templates,
      BERTH_POOLS: `bare=${POOL}`,
      BERTH_CANARY_EVERY: '1h',
      BERTH_SCALE: 'deployments',
      BERTH_WORKER_DEPLOYMENT: 'berth-system/berth-worker',
      ...(probeImage !== undefined && { BERTH_PROBE_IMAGE: probeImage }),
    });
    const [api, worker] = [stage.metricsAddress('api-0'), stage.metricsAddress('worker')];
    const targets = { 'berth-api': [api], 'berth-worker': [worker], temporal: [new URL(temporalMetrics).host] };
    prometheus = await Prometheus.start(targets, stage.directory);
    if (probeImage !== undefined) await stage.temporal.schedule.getHandle('isolation-canary').trigger();
    const ready = async () => expect(await prometheus.values('berth:pool_slots{state="ready"}')).toEqual([POOL]);
    await vi.waitFor(ready, SETTLED);
    for (let wave = 0; wave < 2; wave++) {
      await surge(`wave-${wave}`);
      await pause(READ_TWICE_MS);
    }
  }, TEST_MS);
  afterAll(async () => {
    await prometheus?.end();
    await leaveNothing();
    await removeDeployments?.();
    await stage?.close();
  }, TEST_MS);

  /** Warm and cold starts, more than may be asked for at once, one that fails, one that somebody meddles with; and their end. */
  async function surge(wave: string): Promise<void> {
    const named = (name: string) => stage.environment(`${wave}-${name}`);
    const { body: meddledWith } = await stage.start({ ...named('meddled'), template: 'bare' });
    await deleteAPolicy(meddledWith.namespace ?? '');
    await stage.start({ ...named('failed'), template: 'small' });
    const names = Array.from({ length: AT_ONCE }, (_, index) => String(index));
    await Promise.all(names.map((name) => stage.start({ ...named(name), template: 'bare' })));
    await stage.sweep();
    await vi.waitFor(async () => expect(await stage.metricsOf('worker')).toContain('berth_drift{'), SETTLED);
    for (const environment of stage.accepted.slice(-MOST_CALLS)) {
      await stage.status(environment);
      await stage.terminate(environment, LATER);
    }
  }

  async function leaveNothing(): Promise<void> {
    if (stage === undefined) return;
    const [api = ''] = stage.apis;
    await call(await adminToken(), 'PUT', '/capacity', { api, body: {} });
    for (const environment of stage.accepted) await stage.terminate(environment, LATER);
    for (const environment of stage.accepted)
      expect(['terminated', 'failed']).toContain((await stage.settled(environment)).state);
    const slots = new WarmSlots(stage);
    await vi.waitFor(async () => expect(await slots.seen()).toEqual([]), SETTLED);
  }

  it('has data for every query of every panel', { timeout: TEST_MS }, async () => {
    const isProved = inject('servers').probeImage !== undefined;
    const shown = panels().filter(({ title }) => isProved || title !== 'Isolation');
    const empty = async (): Promise<string[]> => {
      const queries = shown.flatMap(({ title, queries }) => queries.map((query) => ({ title, query })));
      const values = await Promise.all(queries.map(({ query }) => prometheus.values(query)));
      return queries.filter((_, index) => values[index]?.length === 0).map(({ title, query }) => `${title}: ${query}`);
    };

    expect(shown.length).toBeGreaterThan(25);
    await expect.poll(empty, SETTLED).toEqual([]);
  });

  it('has loaded every rule, and evaluates it without an error', async () => {
    const loaded = await prometheus.rules();
    const healthy = async () => (await prometheus.rules()).every(({ health }) => health === 'ok');

    await expect.poll(healthy, SETTLED).toBe(true);
    expect(loaded.filter(({ lastError = '' }) => lastError !== '')).toEqual([]);
    const alerting = loaded.filter(({ type }) => type === 'alerting').map(({ name }) => name);
    expect(alerting.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });

  it('has read every metric that an alert goes by from a server that runs', async () => {
    const known = new Set(await prometheus.names());
    const isProved = inject('servers').probeImage !== undefined;
    const named = new Set(
      rules.flatMap(({ expr }) => expr.match(/\b(?:berth|temporal)_\w+(?=[{[) ])|\bup(?=\{)/g) ?? []),
    );
    const unknown = [...named].filter((name) => !known.has(name) && (isProved || !name.startsWith('berth_isolation')));

    expect(named.size).toBeGreaterThan(15);
    expect(unknown).toEqual([]);
  });

  it('has read every label that an alert chooses, groups or shows series by, and every value that it chooses', {
    timeout: TEST_MS,
  }, async () => {
    const isProved = inject('servers').probeImage !== undefined;
    const asked = rules
      .filter(({ expr }) => isProved || !expr.includes('isolation_'))
      .map((rule) => ({
        ...{ rule, selectors: selectorsIn(rule.expr) },
        joined: [...groupingsIn(rule.expr), ...labelsShown(Object.values(rule.annotations ?? {}).join('\n'))],
      }));
    const metrics = [...new Set(asked.flatMap(({ selectors }) => selectors.map(({ metric }) => metric)))];
    const excused = isProved ? [NOT_BROUGHT_ABOUT] : [NOT_BROUGHT_ABOUT, NOT_PROVED];

    const unknown = async (): Promise<string[]> => {
      const read = new Map(await Promise.all(metrics.map(async (one) => [one, await prometheus.labels(one)] as const)));
      return asked.flatMap(({ rule, selectors, joined }) => [
        ...selectors.flatMap(({ metric, matchers }) =>
          matchers.flatMap(({ label, alternatives }) => {
            const seen = read.get(metric)?.get(label);
            const values = seen && [...seen, ...excused.flatMap((of) => of[metric]?.[label] ?? [])];
            const isKnown = (one: string) => values?.some((value) => new RegExp(`^(?:${one})$`).test(value));
            return alternatives.filter((one) => !isKnown(one)).map((one) => `${metric}{${label}="${one}"}`);
          }),
        ),
        ...joined
          .filter((label) => !selectors.some(({ metric }) => read.get(metric)?.has(label)))
          .map((label) => `${rule.alert ?? rule.expr}: ${label}`),
      ]);
    };

    expect(asked.flatMap(({ selectors }) => selectors.flatMap(({ matchers }) => matchers)).length).toBeGreaterThan(15);
    expect(asked.flatMap(({ joined }) => joined).length).toBeGreaterThan(30);
    // The canary ends once nothing is left of what it has built.
    await expect.poll(unknown, SETTLED).toEqual([]);
  });

  it('shows nothing by names that callers or chance have chosen', async () => {
    const series = await prometheus.values('count({job=~"berth-api|berth-worker"})');
    const names = stage.developers;

    expect(
      await prometheus.values(`count({job=~"berth-.*", project!=""}) or count({job=~"berth-.*", dev_id!=""})`),
    ).toEqual([]);
    for (const server of ['api-0', 'worker']) expect(await stage.metricsOf(server)).not.toContain(names);
    expect(series[0]).toBeLessThan(5000);
  });
});

/** Has a Deployment stand for the workers, which plans may scale. It is paused: it makes no pods. @returns what removes it */
async function scaledByPlans(): Promise<() => Promise<void>> {
  const cluster = await clusterBy(inject('servers').adminKubeconfig);
  const labels = { app: 'berth-worker' };
  const deployment: V1Deployment = {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace: 'berth-system', name: 'berth-worker' } },
    spec: {
      ...{ replicas: 1, paused: true, selector: { matchLabels: labels } },
      template: { metadata: { labels }, spec: { containers: [{ name: 'any', image: 'any' }] } },
    },
  };
  const role = await readManifest(join(REPOSITORY, 'deploy', 'kubernetes', 'optional', 'scaling.yaml'));
  const made = await Promise.all([...role, deployment].map((object) => cluster.apply<KubernetesObject>(object)));
  return async () => {
    for (const { apiVersion = '', kind = '', metadata } of made) {
      const { name = '', namespace, uid = '' } = metadata ?? {};
      await cluster.delete({ apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } }, uid);
    }
    await cluster.close();
  };
}

/** The built-in templates, and one that does not fit its own quota. */
function templatesIn(directory: string): string {
  const templates = join(directory, 'templates');
  mkdirSync(templates);
  cpSync(BUILT_IN_TEMPLATES, templates, { recursive: true });
  const small = parse(readFileSync(join(templates, 'default.yaml'), 'utf8'));
  small.name = 'small';
  small.guards.quota.memory = '512Mi';
  writeFileSync(join(templates, 'small.yaml'), stringify(small));
  return templates;
}

/** What somebody does by hand. */
async function deleteAPolicy(namespace: string): Promise<void> {
  const cluster = await clusterBy(inject('servers').adminKubeconfig);
  try {
    const kind = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
    const [policy] = await cluster.list<V1NetworkPolicy>(kind, namespace);
    const { name = '', uid = '' } = policy?.metadata ?? {};
    await cluster.delete({ ...kind, metadata: { name, namespace } }, uid);
  } finally {
    await cluster.close();
  }
}
