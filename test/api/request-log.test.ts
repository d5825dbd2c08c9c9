import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../faults/stage.ts';
import { adminToken, call } from '../setup/client.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOTICED_WITHIN = { timeout: 20_000 };

describe('a request', () => {
  let stage: Stage;
  let token: string;
  let api: string;

  beforeAll(async () => {
    stage = await Stage.setUp();
    await stage.startApi({ BERTH_LOG_LEVEL: 'info' });
    token = await adminToken();
    [api = ''] = stage.apis;
  });
  afterAll(() => stage.close());

  const logged = (): Record<string, unknown>[] =>
    readFileSync(stage.processOf('api-0').log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const linesOf = (id: string) => logged().filter(({ request_id }) => request_id === id);
  const ask = (id: string | undefined, path = '/environments/status?dev_id=a&project=b', api_ = api) =>
    call(token, 'GET', path, { api: api_, ...(id !== undefined && { headers: { 'X-Request-Id': id } }) });

  it.each(['7c4c9a8f', 'deploy.2026-11-26_1', 'a'.repeat(64)])(
    'that bears the id %s is answered with it',
    async (id) => {
      const { headers, body } = await ask(id);

      expect(headers.get('X-Request-Id')).toBe(id);
      expect(body).toMatchObject({ type: 'urn:berth:problem:not-found', instance: `urn:berth:request:${id}` });
    },
  );

  it.each(['', 'a'.repeat(65), 'a b', '{"level":60}', 'ä', '../x', '"'])('whose id is %j gets another', async (id) => {
    const { headers } = await ask(id === 'ä' ? Buffer.from(id).toString('latin1') : id);

    expect(headers.get('X-Request-Id')).toMatch(UUID);
  });

  it('is one line in the log: its id, route, status, time, token, environment and workflow', async () => {
    await ask('found-again', '/environments/status?dev_id=user1&project=shop', `${api}/api`);

    await expect
      .poll(() => linesOf('found-again'), NOTICED_WITHIN)
      .toEqual([
        {
          level: 30,
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          pid: stage.processOf('api-0').pid,
          hostname: expect.any(String),
          msg: 'request',
          request_id: 'found-again',
          method: 'GET',
          route: '/environments/status',
          status: 404,
          ms: expect.any(Number),
          problem: 'not-found',
          token_id: token.split('_')[1],
          dev_id: 'user1',
          project: 'shop',
          workflow_id: 'environment/user1/shop',
        },
      ]);
  });

  it('is a warning where something is amiss that somebody else must mend, and none about health is logged', async () => {
    const down = await Stage.setUp();
    try {
      await down.startApi({ BERTH_TEMPORAL_ADDRESS: '127.0.0.1:1', BERTH_LOG_LEVEL: 'info' });
      const [nowhere = ''] = down.apis;
      await ask('amiss', '/environments/status', nowhere);
      await ask('health', '/health', nowhere);
      const log = () => readFileSync(down.processOf('api-0').log, 'utf8');

      await expect.poll(log, NOTICED_WITHIN).toMatch(/^\{"level":40,.*"request_id":"amiss",.*"status":503/m);
      expect(log()).not.toContain('"request_id":"health"');
    } finally {
      await down.close();
    }
  });
});
