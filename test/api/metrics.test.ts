import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { workflowId } from '../../src/environment/identity.ts';
import { Stage } from '../faults/stage.ts';
import { adminToken, call, tokenFor } from '../setup/client.ts';
import { seriesIn, total } from '../setup/exposition.ts';

const NOTICED_WITHIN = { timeout: 20_000 };
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD'];
/** Those of a round, and others of the next. */
const ODD_METHODS = [
  ['PROPFIND', 'PURGE'],
  ['MKCOL', 'LOCK'],
] as const;
const ROUTES = ['start', 'terminate', 'status', 'sleep', 'kubeconfig'];

describe('what an API server tells Prometheus', () => {
  let stage: Stage;
  let token: string;
  let api: string;
  const metrics = () => stage.metricsOf('api-0');
  const requests = async (labels: Record<string, string>) => total(await metrics(), 'berth_api_requests_total', labels);

  beforeAll(async () => {
    stage = await Stage.setUp();
    await stage.startMeasuredApi();
    await stage.startWorker('worker');
    token = await adminToken();
    [api = ''] = stage.apis;
  });
  afterAll(() => stage.close());

  it('is served at an address of its own, without a token, and not where callers ask', async () => {
    const address = stage.metricsAddress('api-0');
    const answers = await Promise.all([
      fetch(`http://${address}/metrics`),
      fetch(`http://${address}/environments/status`, { headers: { Authorization: `Bearer ${token}` } }),
      fetch(`${api}/metrics`, { headers: { Authorization: `Bearer ${token}` } }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404]);
    expect(answers[0]?.headers.get('Content-Type')).toContain('text/plain; version=0.0.4');
    expect(total(await metrics(), 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
  });

  it('counts each request by its method, its route and the status of its answer, under both base paths', async () => {
    const labels = { method: 'GET', route: '/environments/status', status: '404' };
    const before = await requests(labels);
    for (const base of [api, `${api}/api`])
      await call(token, 'GET', '/environments/status?dev_id=nobody&project=nothing', { api: base });

    await expect.poll(() => requests(labels), NOTICED_WITHIN).toBe(before + 2);
    const timed = { method: 'GET', route: '/environments/status' };
    expect(total(await metrics(), 'berth_api_request_seconds_count', timed)).toBeGreaterThanOrEqual(before + 2);
    expect(total(await metrics(), 'berth_api_problems_total', { kind: 'not-found' })).toBeGreaterThanOrEqual(2);
  });

  it('counts who is refused before any route is reached at the route that they meant', async () => {
    await call(undefined, 'POST', '/environments/start', { api, body: {} });

    const labels = { method: 'POST', route: '/environments/start', status: '401' };
    await expect.poll(() => requests(labels), NOTICED_WITHIN).toBe(1);
  });

  it('leaves out what balancers ask all the time', async () => {
    for (const path of ['/health', '/health/ready', '/api/health/live']) await call(undefined, 'GET', path, { api });

    expect(await metrics()).not.toContain('/health');
  });

  it('tells how long callers waited for an environment of their own, and not for one that was there', async () => {
    const identity = stage.environment('timed');
    const waited = async () => total(await metrics(), 'berth_api_start_seconds_count', { provisioned_from: 'cold' });
    const before = await waited();
    for (let times = 0; times < 3; times++) {
      expect(await stage.start({ ...identity, template: 'bare' })).toMatchObject({ status: 200 });
      await expect.poll(() => requests({ route: '/environments/start', status: '200' })).toBeGreaterThan(times);
    }

    expect(await waited()).toBe(before + 1);
    await stage.terminate(identity);
  });

  it('shows who waits, those who go before they are answered, and what became of calls to Temporal', async () => {
    const idle = await Stage.setUp();
    onTestFinished(() => idle.close());
    await idle.startMeasuredApi();
    const [lonely = ''] = idle.apis;
    const asked = idle.environment('waits');
    const workflow = idle.temporal.workflow.getHandle(workflowId(asked));
    const leave = new AbortController();
    const waits = fetch(`${lonely}/environments/start`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ ...asked, template: 'bare' }),
      signal: leave.signal,
    });
    const there = async (name: string, labels = {}) => total(await idle.metricsOf('api-0'), name, labels);

    await vi.waitFor(() => workflow.describe(), NOTICED_WITHIN);
    expect(await there('berth_api_requests_in_flight')).toBe(1);
    leave.abort();
    await expect(waits).rejects.toThrow();
    await expect.poll(() => there('berth_api_requests_in_flight'), NOTICED_WITHIN).toBe(0);
    expect(await there('berth_api_requests_total', { route: '/environments/start', status: '499' })).toBe(1);
    await expect
      .poll(() => there('berth_api_temporal_calls_total', { outcome: 'given-up' }), NOTICED_WITHIN)
      .toBeGreaterThan(0);
    await workflow.terminate();
  });

  it('counts who is told to come back, by why', async () => {
    const busy = await Stage.setUp();
    onTestFinished(() => busy.close());
    await busy.startMeasuredApi({ BERTH_MOST_CALLS: '1' });
    const refused = async () =>
      total(await busy.metricsOf('api-0'), 'berth_api_refusals_total', { reason: 'most-calls' });
    const headers = { Prefer: 'wait=3' };
    const start = (name: string) => busy.start({ ...busy.environment(name), template: 'bare' }, { headers });
    const answers = await Promise.all(['one', 'two', 'three'].map(start));
    const statuses = answers.map(({ status }) => status).sort();

    expect(statuses).toEqual([202, 503, 503]);
    await expect.poll(refused, NOTICED_WITHIN).toBe(2);
    for (const accepted of busy.accepted) await busy.temporal.workflow.getHandle(workflowId(accepted)).terminate();
  });

  it('tells of calls that Temporal did not answer', async () => {
    const lost = await Stage.setUp();
    onTestFinished(() => lost.close());
    await lost.startMeasuredApi({ BERTH_TEMPORAL_ADDRESS: '127.0.0.1:1' });
    const [nowhere = ''] = lost.apis;
    const calls = async (outcome: string) =>
      total(await lost.metricsOf('api-0'), 'berth_api_temporal_calls_total', { outcome });

    expect((await call(token, 'GET', '/environments/status', { api: nowhere })).status).toBe(503);
    expect((await calls('silent')) + (await calls('failed'))).toBeGreaterThan(0);
    expect(await calls('answered')).toBe(0);
  });

  it('has no series more for whatever callers write: paths, ids, methods, tokens, headers', async () => {
    const developer = await tokenFor(stage.environment('someone').dev_id);
    const secrets: string[] = [];
    const round = async (odd: readonly string[]): Promise<number> => {
      for (const method of [...METHODS, ...odd]) {
        const words = Array.from({ length: 3 }, () => randomUUID());
        secrets.push(...words);
        const [one, two, three] = words;
        const paths = [
          `/${one}`,
          `/environments/${two}`,
          `/environments/status/${one}?dev_id=${two}`,
          `/api/environments/status?dev_id=${two}&project=${three}`,
          ...ROUTES.map((route) => `/environments/${route}`),
        ];
        for (const path of paths) {
          const body = method === 'POST' ? JSON.stringify({ dev_id: two, odd: three }) : null;
          for (const bearer of [token, developer, three]) {
            const named = { Authorization: `Bearer ${bearer}`, 'X-Request-Id': one ?? '', 'User-Agent': two ?? '' };
            const headers = { ...named, 'Content-Type': 'application/json' };
            await (await fetch(`${api}${path}`, { method, headers, body })).arrayBuffer();
          }
        }
      }
      // Node.js tells of its resources by kind, those that are there.
      return [...seriesIn(await metrics()).keys()].filter((series) => series.startsWith('berth_')).length;
    };
    const first = await round(ODD_METHODS[0]);

    expect(await round(ODD_METHODS[1])).toBe(first);
    expect(first).toBeLessThan(2500);
    const told = await metrics();
    for (const word of secrets) expect(told.includes(word)).toBe(false);
  });
});
