import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Stage } from '../faults/stage.ts';
import { type Answer, adminToken, call, someDeveloper, tokenFor } from '../setup/client.ts';

const LIMITS = { BERTH_TOKEN_LIMIT: '4/1h', BERTH_DEVELOPER_LIMIT: '6/1h', BERTH_DEVELOPER_CALLS: '2' };
const WAITING = { Prefer: 'wait=8' };

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.setUp();
  await stage.startApi(LIMITS);
  await stage.startApi(LIMITS);
  return () => stage.close();
});

function ask(token: string, api = stage.apis[0]): Promise<Answer> {
  return call(token, 'GET', '/whoami', { ...(api !== undefined && { api }) });
}

async function statusesOf(count: number, token: string, api?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index++) statuses.push((await ask(token, api)).status);
  return statuses;
}

describe('every answer to a caller', () => {
  it('says what they may ask for, and what is left of it', async () => {
    const token = await tokenFor(someDeveloper());

    const [first, second] = [await ask(token), await ask(token)];

    expect(first.headers.get('RateLimit-Policy')).toBe(
      '"token";q=4;w=3600, "developer";q=6;w=3600, "developer-calls";q=2;qu="concurrent-requests"',
    );
    expect(first.headers.get('RateLimit')).toBe('"token";r=3;t=900, "developer";r=5;t=600');
    expect(second.headers.get('RateLimit')).toMatch(/^"token";r=2;t=\d+, "developer";r=4;t=\d+$/);
  });

  it('says so as well where it is a problem', async () => {
    const token = await tokenFor(someDeveloper());

    const { status, headers } = await call(token, 'GET', '/nothing-here', {
      ...(stage.apis[0] && { api: stage.apis[0] }),
    });

    expect({ status, limit: headers.get('RateLimit') }).toEqual({
      status: 404,
      limit: '"token";r=3;t=900, "developer";r=5;t=600',
    });
  });

  it('tells nothing to who is not known', async () => {
    const { status, headers } = await ask('berth_nobody');

    expect({ status, limit: headers.get('RateLimit') }).toEqual({ status: 401, limit: null });
  });
});

describe('who asks for more than is theirs', () => {
  it('is answered with 429, what was reached, and when it is there again; others are answered', async () => {
    const token = await tokenFor(someDeveloper());
    await statusesOf(4, token);

    const { status, headers, body } = await ask(token);

    expect({ status, type: body.type }).toEqual({ status: 429, type: 'urn:berth:problem:too-many-requests' });
    expect(body.detail).toContain('This token may ask 4 times in 3600 s.');
    // A quarter of an hour for one more of the four in an hour.
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(880);
    expect(Number(headers.get('Retry-After'))).toBeLessThanOrEqual(900);
    expect(headers.get('RateLimit')).toMatch(/^"token";r=0;/);
    expect((await ask(await tokenFor(someDeveloper()))).status).toBe(200);
  });

  it('has one limit for all tokens of a developer together', async () => {
    const developer = someDeveloper();
    const [one, other] = [await tokenFor(developer), await tokenFor(developer)];

    expect(await statusesOf(4, one)).toEqual([200, 200, 200, 200]);
    expect(await statusesOf(3, other)).toEqual([200, 200, 429]);
    expect((await ask(other)).body.detail).toContain('This developer, with all tokens together, may ask 6 times');
  });

  it('uses up nobody else: an administrator asks for a developer, and it counts for their own token', async () => {
    const developer = someDeveloper();
    const [admin, token, api = ''] = [await adminToken(), await tokenFor(developer), ...stage.apis];
    const path = `/environments/status?dev_id=${developer}`;

    const answers = await Promise.all(Array.from({ length: 5 }, () => call(admin, 'GET', path, { api })));

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429]);
    expect((await ask(token)).headers.get('RateLimit')).toContain('"developer";r=5;');
  });

  it('is counted by each API server for itself', async () => {
    const token = await tokenFor(someDeveloper());

    expect(await statusesOf(5, token)).toEqual([200, 200, 200, 200, 429]);
    expect((await ask(token, stage.apis[1])).status).toBe(200);
  });
});

describe('a developer with more calls waiting than they may have', () => {
  it('is told to come back, and may look meanwhile; others are let in', async () => {
    const [developer, other] = [someDeveloper(stage.developers), someDeveloper(stage.developers)];
    const [token, its, api = ''] = [await tokenFor(developer), await tokenFor(other), ...stage.apis];
    const start = (with_: string, dev_id: string, project: string, headers = WAITING) =>
      call(with_, 'POST', '/environments/start', { api, body: { dev_id, project, template: 'bare' }, headers });
    onTestFinished(async () => {
      for await (const { workflowId } of stage.temporal.workflow.list())
        await stage.temporal.workflow.getHandle(workflowId).terminate();
    });

    // No worker runs: these wait until theirs is over.
    const waiting = ['one', 'two'].map((project) => start(token, developer, project));
    await expect.poll(async () => (await stage.temporal.workflow.count()).count, { timeout: 15_000 }).toBe(2);
    const beyond = await start(token, developer, 'three');
    const look = await ask(token);
    const elsewhere = await start(its, other, 'one', { Prefer: 'respond-async' });

    expect(beyond).toMatchObject({ status: 429, body: { type: 'urn:berth:problem:too-many-requests' } });
    expect(beyond.body.detail).toContain('has 2 calls waiting already');
    expect(Number(beyond.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(look.status).toBe(200);
    expect(elsewhere.status).toBe(202);
    for (const answer of waiting) expect((await answer).status).toBe(202);
  });
});
