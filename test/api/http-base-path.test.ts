import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import { call, someDeveloper, start, status, terminate, tokenFor } from '../setup/client.ts';
import { sendRaw } from './raw-request.ts';
import { expectNothingCreated, expectProblem, validStart } from './refusals.ts';

const ASYNC = { Prefer: 'respond-async' };

function someEnvironment() {
  return { dev_id: someDeveloper('base'), project: someDeveloper('path') };
}

describe.each([
  { base: '/api', other: '' },
  { base: '', other: '/api' },
])("under the base path '$base'", ({ base, other }) => {
  it('environments are started, shown, listed and terminated', async () => {
    const identity = someEnvironment();
    const token = await tokenFor(identity.dev_id);
    const query = new URLSearchParams({ ...identity });
    // Ends it with the test, and shows that both paths lead to the same environment.
    const started = await call(token, 'POST', `${base}/environments/start`, { body: validStart(identity) });
    const again = await start(token, { ...identity, template: 'bare' });
    expect(started.status).toBe(200);
    expect(again.body).toEqual(started.body);
    for (const path of [base, other])
      expect((await call(token, 'GET', `${path}/environments/status?${query}`)).body).toEqual(started.body);
    const listed = () => call<{ environments: Environment[] }>(token, 'GET', `${base}/environments/status`);
    await expect.poll(async () => (await listed()).body.environments).toEqual([started.body]);
    const terminated = await call(token, 'POST', `${base}/environments/terminate`, { body: identity });
    expect(terminated.status).toBe(200);
    expect(terminated.body.state).toBe('terminated');
  });

  it('the Location of a 202 leads on under the same path, for a start and for a terminate', async () => {
    const identity = someEnvironment();
    const token = await tokenFor(identity.dev_id);
    for (const path of ['start', 'terminate']) {
      const body = path === 'start' ? validStart(identity) : identity;
      const answer = await call(token, 'POST', `${base}/environments/${path}`, { body, headers: ASYNC });
      expect(answer.status).toBe(202);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      const location = answer.headers.get('location') ?? '';
      expect(location).toBe(`${base}/environments/status?${new URLSearchParams(identity)}`);
      const shown = await call(token, 'GET', location);
      expect(shown.status).toBe(200);
      expect(shown.body).toMatchObject(identity);
      if (path === 'start') expect((await start(token, { ...identity, template: 'bare' })).status).toBe(200);
    }
    expect((await terminate(token, identity)).status).toBe(200);
    expect((await status(token, identity)).body.state).toBe('terminated');
  });

  it('health is told to everybody, and nothing else with it', async () => {
    const { status, body } = await call<object>(undefined, 'GET', `${base}/health`);
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok', temporal: 'reachable', workers: 'polling' });
    expect((await call<object>('nonsense', 'GET', `${base}/health`)).status).toBe(200);
  });
});

it.each([
  '/apix/environments/start',
  '/api/api/environments/start',
  '/API/environments/start',
  '/api%2fenvironments/start',
  '/v1/environments/start',
  '/apienvironments/start',
  '/api',
  '/api/',
])('under any other path there is nothing: %s', async (path) => {
  const identity = someEnvironment();
  const headers = { 'Content-Type': 'application/json', ...ASYNC };
  const request = { path, headers, body: JSON.stringify(validStart(identity)) };
  expectProblem(await sendRaw(await tokenFor(identity.dev_id), request), 404, 'no-such-route');
  await expectNothingCreated(identity);
});
