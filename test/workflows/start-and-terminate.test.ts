import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { V1PersistentVolumeClaim } from '@kubernetes/client-node';
import { Client, Connection } from '@temporalio/client';
import pino from 'pino';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { TokenFile } from '../../src/api/authentication/token-file.ts';
import { Drain } from '../../src/api/drain.ts';
import { InFlight } from '../../src/api/http/in-flight.ts';
import { GENEROUS } from '../../src/api/limits/limits.ts';
import type { Environment } from '../../src/environment/environment.ts';
import { BUILT_IN_TEMPLATES } from '../../src/local/repository.ts';
import { registerSearchAttributes } from '../../src/local/temporal/search-attributes.ts';
import { TemplateCatalogue } from '../../src/templates/catalogue.ts';
import { SEARCH_ATTRIBUTE_NAMES } from '../../src/workflows/search-attributes.ts';
import {
  adminCluster,
  call,
  someDeveloper,
  start,
  status,
  temporalClient,
  terminate,
  tokenFor,
} from '../setup/client.ts';

const LATER = { Prefer: 'respond-async' };

describe('starting', () => {
  it('what already runs answers with the same environment', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const request = { dev_id, project: 'shop', template: 'bare' };

    const first = await start(token, request);
    const again = await call(token, 'POST', '/environments/start', { body: { dev_id, project: 'shop' } });

    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
  });

  it('by 20 callers at once builds one environment, and answers all of them with it', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => start(token, { dev_id, project: 'shop', template: 'bare' })),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  it('with another template or parameter than runs is refused, names the difference and changes nothing', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const { body: running } = await start(token, { dev_id, project: 'shop', parameters: { cpu: '250m' } });

    const other = await call(token, 'POST', '/environments/start', {
      body: { dev_id, project: 'shop', template: 'bare' },
    });
    const differing = await call(token, 'POST', '/environments/start', {
      body: { dev_id, project: 'shop', parameters: { cpu: '1' } },
    });
    const same = await call(token, 'POST', '/environments/start', {
      body: { dev_id, project: 'shop', template: 'default', parameters: { cpu: '250m' } },
    });

    expect(other).toMatchObject({ status: 409, body: { type: 'urn:berth:problem:differs-from-running' } });
    expect(other.body.detail).toContain("template is 'default'");
    expect(differing.status).toBe(409);
    expect(differing.body.detail).toContain('250m');
    expect(same).toMatchObject({ status: 200, body: running });
    expect((await status(token, { dev_id, project: 'shop' })).body).toEqual(running);
  });

  it('two different things at once builds one of them, and refuses the other', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);

    const [bare, node] = await Promise.all([
      start(token, { dev_id, project: 'shop', template: 'bare' }),
      start(token, { dev_id, project: 'shop', template: 'node' }),
    ]);

    expect([bare.status, node.status].sort()).toEqual([200, 409]);
    const built = bare.status === 200 ? bare : node;
    expect((await status(token, { dev_id, project: 'shop' })).body).toEqual(built.body);
  });

  it('with another ttl than what runs is refused too', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    await start(token, { dev_id, project: 'shop', template: 'bare', ttl: '60m' });

    const [same, other] = await Promise.all([
      call(token, 'POST', '/environments/start', { body: { dev_id, project: 'shop', ttl: '1h' } }),
      call(token, 'POST', '/environments/start', { body: { dev_id, project: 'shop', ttl: '2h' } }),
    ]);

    expect([same.status, other.status]).toEqual([200, 409]);
    expect(other.body.detail).toContain("ttl is '60m'");
  });

  it('a second project of a developer gets a namespace of its own', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);

    const shop = await start(token, { dev_id, project: 'shop', template: 'bare' });
    const blog = await start(token, { dev_id, project: 'blog', template: 'bare' });

    expect(shop.body.namespace).toBe(`dev-${dev_id}`);
    expect(blog.body.namespace).toMatch(new RegExp(`^dev-${dev_id}-[0-9a-v]{13}$`));
  });

  it('pins the template as it was, and says in the Temporal UI whose environment it is', async () => {
    const dev_id = someDeveloper();
    const { body } = await start(await tokenFor(dev_id), { dev_id, project: 'shop', template: 'bare' });
    const client = await temporalClient();

    const description = await client.workflow.getHandle(`environment/${dev_id}/shop`).describe();

    expect(body.template).toEqual({ name: 'bare', digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(await description.staticSummary()).toBe(`developer ${dev_id} · project shop · template bare`);
  });

  it('without waiting answers 202 with the place to look and the time to do so, and the work goes on', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);

    const { status, headers, body } = await start(token, { dev_id, project: 'shop', template: 'bare' }, LATER);

    expect(status).toBe(202);
    expect(body.state).not.toBe('ready');
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
    const place = headers.get('Location') ?? '';
    await expect.poll(async () => (await call(token, 'GET', place)).body.state, { timeout: 30_000 }).toBe('ready');
  });

  it('during the teardown of the environment before gives a fresh one, never the dying one', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const before = await start(token, { dev_id, project: 'shop', template: 'bare' });
    const dying = await terminate(token, { dev_id, project: 'shop' }, LATER);

    const fresh = await start(token, { dev_id, project: 'shop', template: 'bare' });

    expect(dying.status).toBe(202);
    expect(fresh).toMatchObject({ status: 200, body: { state: 'ready' } });
    expect(fresh.body.namespace).not.toBe(before.body.namespace);
    expect(fresh.body.created_at).not.toBe(before.body.created_at);
    const listed = async () => {
      const { body } = await call<{ environments: Environment[] }>(token, 'GET', '/environments/status');
      return body.environments.map(({ namespace, state }) => `${namespace} ${state}`).sort();
    };
    const both = [`${before.body.namespace} terminating`, `${fresh.body.namespace} ready`].sort();
    await expect.poll(listed).toEqual(both);
  });

  it('after the end of an environment that was joined while it was built gives a fresh one', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const request = { dev_id, project: 'shop', template: 'bare' };
    const begun = await start(token, request, LATER);
    const joined = await start(token, request);
    await terminate(token, request, LATER);

    const fresh = await start(token, request);

    expect(begun.body.state).not.toBe('ready');
    expect(joined).toMatchObject({ status: 200, body: { created_at: begun.body.created_at } });
    expect(fresh).toMatchObject({ status: 200, body: { state: 'ready' } });
    expect(fresh.body.created_at).not.toBe(begun.body.created_at);
  });

  it('is kept while no worker runs: 202, queued in status, and ready once a worker comes', async () => {
    const { api, namespace } = await apiWithoutWorker();
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const body = { dev_id, project: 'shop', template: 'bare' };

    const accepted = await call(token, 'POST', '/environments/start', { api, body, headers: { Prefer: 'wait=1' } });
    const query = `/environments/status?dev_id=${dev_id}&project=shop`;
    const queued = await call(token, 'GET', query, { api });
    await startWorker(namespace);

    expect([accepted.status, queued.body.state]).toEqual([202, 'queued']);
    await expect
      .poll(async () => (await call(token, 'GET', query, { api })).body.state, { timeout: 60_000 })
      .toBe('ready');
    const ended = await call(token, 'POST', '/environments/terminate', { api, body: { dev_id, project: 'shop' } });
    expect(ended.body.state).toBe('terminated');
  });

  it('and ending it again while no worker runs answers in the time that the caller has', async () => {
    const { api } = await apiWithoutWorker();
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const body = { dev_id, project: 'shop' };
    await call(token, 'POST', '/environments/start', { api, body, headers: LATER });

    const began = Date.now();
    const ended = await call(token, 'POST', '/environments/terminate', { api, body, headers: { Prefer: 'wait=1' } });

    expect(ended).toMatchObject({ status: 202, body: { state: 'terminating' } });
    expect(Date.now() - began).toBeLessThan(20_000);
  });
});

describe('terminating', () => {
  it('answers 200 when nothing is left on the cluster, and 200 again', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const { body } = await start(token, { dev_id, project: 'shop', template: 'bare' });
    const cluster = await adminCluster();

    const first = await terminate(token, { dev_id, project: 'shop' });
    const again = await terminate(token, { dev_id, project: 'shop' });

    expect(first).toMatchObject({ status: 200, body: { state: 'terminated', namespace: body.namespace } });
    expect(again).toMatchObject({ status: 200, body: { state: 'terminated' } });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: body.namespace ?? '' } };
    expect(await cluster.read(namespace)).toBeUndefined();
    expect((await status(token, { dev_id, project: 'shop' })).body.state).toBe('terminated');
  });

  it('removes the volumes too', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    await start(token, { dev_id, project: 'shop' });
    const cluster = await adminCluster();
    const claims = await cluster.list<V1PersistentVolumeClaim>(
      { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
      `dev-${dev_id}`,
    );
    const volume = claims[0]?.spec?.volumeName ?? '';
    const reference = { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volume } };
    expect(await cluster.read(reference)).toBeDefined();

    expect((await terminate(token, { dev_id, project: 'shop' })).status).toBe(200);

    expect(await cluster.read(reference)).toBeUndefined();
  });

  it('what never was answers 404', async () => {
    const dev_id = someDeveloper();

    const answer = await terminate(await tokenFor(dev_id), { dev_id, project: 'shop' });

    expect(answer).toMatchObject({ status: 404, body: { type: 'urn:berth:problem:not-found' } });
  });

  it('what was ended by hand does not say that nothing is left', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    const { body } = await start(token, { dev_id, project: 'shop', template: 'bare' });
    const client = await temporalClient();
    const cluster = await adminCluster();
    onTestFinished(async () => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: body.namespace ?? '' } };
      await cluster.delete(namespace, (await cluster.read(namespace))?.metadata?.uid ?? '');
    });

    await client.workflow.getHandle(`environment/${dev_id}/shop`).terminate('by hand');

    expect((await status(token, { dev_id, project: 'shop' })).body.state).toBe('failed');
    expect(await terminate(token, { dev_id, project: 'shop' })).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining('may still be there') },
    });
  });

  it('names the finalizer that holds the rest, and ends by itself when it lets go', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    await start(token, { dev_id, project: 'shop', template: 'bare' });
    const cluster = await adminCluster();
    const held = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace: `dev-${dev_id}`, finalizers: ['example.com/holds-on'] },
    };
    await cluster.apply(held);

    const waiting = await terminate(token, { dev_id, project: 'shop' }, { Prefer: 'wait=1' });
    const teardown = async () => (await status(token, { dev_id, project: 'shop' })).body.steps.at(-1)?.message ?? '';

    expect(waiting).toMatchObject({ status: 202, body: { state: 'terminating' } });
    await expect.poll(teardown, { timeout: 60_000 }).toContain('example.com/holds-on');
    await cluster.apply({ ...held, metadata: { ...held.metadata, finalizers: [] } });
    expect((await terminate(token, { dev_id, project: 'shop' })).body.state).toBe('terminated');
  });
});

describe('status', () => {
  it('lists the open environments of the caller, page by page, and others by their state', async () => {
    const dev_id = someDeveloper();
    const token = await tokenFor(dev_id);
    for (const project of ['one', 'two', 'three']) await start(token, { dev_id, project, template: 'bare' });
    await terminate(token, { dev_id, project: 'three' });
    type Page = { environments: { project: string }[]; next_page?: string };
    const page = async (query: string) => (await call<Page>(token, 'GET', `/environments/status?limit=1${query}`)).body;
    const all = async (query = ''): Promise<string[]> => {
      const projects: string[] = [];
      for (let next: string | undefined = ''; next !== undefined; ) {
        const { environments, next_page }: Page = await page(`${query}${next && `&page=${next}`}`);
        projects.push(...environments.map(({ project }) => project));
        next = next_page;
      }
      return projects.sort();
    };

    await expect.poll(() => all(), { timeout: 20_000 }).toEqual(['one', 'two']);
    await expect.poll(() => all('&state=terminated'), { timeout: 20_000 }).toEqual(['three']);
    expect(await all('&state=failed')).toEqual([]);
  });
});

/** An API of its own, on a Temporal namespace of its own, that no worker serves yet. */
async function apiWithoutWorker(): Promise<{ api: string; namespace: string }> {
  const { temporal: address, tokensFile } = inject('servers');
  const namespace = someDeveloper('no-worker');
  const connection = await Connection.connect({ address });
  const day = { seconds: 86_400 as unknown as Long };
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: day });
  await registerSearchAttributes(address, namespace, SEARCH_ATTRIBUTE_NAMES, new AbortController().signal);
  const app = createApp({
    client: new Client({ connection, namespace }),
    tokens: new TokenFile(tokensFile),
    templates: new TemplateCatalogue(BUILT_IN_TEMPLATES),
    log: pino({ level: 'silent' }),
    inFlight: new InFlight(1000),
    limits: GENEROUS,
    drain: new Drain(),
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await connection.close();
  });
  const listening = server.address();
  if (typeof listening !== 'object' || listening === null) throw new Error('the server has no address');
  return { api: `http://127.0.0.1:${listening.port}`, namespace };
}

/** A worker process for a Temporal namespace, as `npm start` runs it. */
async function startWorker(namespace: string): Promise<void> {
  const { temporal, workerKubeconfig, ownershipKeyFile } = inject('servers');
  const worker = fork(fileURLToPath(new URL('../../src/worker/main.ts', import.meta.url)), {
    env: {
      BERTH_TEMPORAL_ADDRESS: temporal,
      BERTH_TEMPORAL_NAMESPACE: namespace,
      KUBECONFIG: workerKubeconfig,
      BERTH_OWNERSHIP_KEY_FILE: ownershipKeyFile,
      BERTH_TEMPLATES_DIR: BUILT_IN_TEMPLATES,
      BERTH_SWEEP_EVERY: 'never',
    },
  });
  onTestFinished(async () => {
    const ended = once(worker, 'exit');
    worker.kill('SIGTERM');
    await ended;
  });
  await once(worker, 'message');
}
