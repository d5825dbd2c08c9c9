import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { parseStarts } from '../../src/capacity/demand.ts';
import { BUCKET_MS, emptyRecord, withStarts } from '../../src/capacity/demand-record.ts';
import { settingsSchema } from '../../src/capacity/settings.ts';
import type { Problem } from '../../src/environment/problem.ts';
import type { CapacityNow } from '../../src/temporal/capacity-now.ts';
import type { CapacityWorkflow } from '../../src/workflows/capacity.ts';
import { HOUSEKEEPING_QUEUE } from '../../src/workflows/messages.ts';
import { Stage } from '../faults/stage.ts';
import { adminToken, call, someDeveloper, tokenFor } from '../setup/client.ts';

const ENTRY = {
  start: '2026-03-02T09:00',
  time_zone: 'Europe/Berlin',
  lead: '30m',
  duration: '2h',
  reason: 'Course',
};

// Nothing that would be taken: a pool on the shared servers would make environments beside everybody's.
const put = (token: string | undefined, body: unknown, query = '') =>
  call<CapacityNow & Problem>(token, 'PUT', `/api/capacity${query}`, { body });
const get = (token: string | undefined, query = '') =>
  call<CapacityNow & Problem>(token, 'GET', `/api/capacity${query}`);

describe('/capacity', () => {
  it('tells an administrator what is set: no pools, unless somebody asks for them', async () => {
    const { status, body } = await get(await adminToken());

    expect({ status, body }).toEqual({ status: 200, body: { settings: { pools: {}, calendar: [] }, paused: false } });
  });

  it.each([
    ['GET', get],
    ['PUT', (token: string | undefined) => put(token, {})],
  ] as const)('is not there for developers, nor for nobody: %s', async (_, ask) => {
    const theirs = await ask(await tokenFor(someDeveloper()));
    const nobodys = await ask(undefined);

    expect(theirs).toMatchObject({ status: 404, body: { type: 'urn:berth:problem:no-such-route' } });
    expect(nobodys.status).toBe(401);
  });

  test.each<[string, unknown, { pointer: string; detail: string }[]]>([
    [
      'a floor above its ceiling',
      { pools: { node: { floor: 5, ceiling: 4 } } },
      [{ pointer: '/pools/node/floor', detail: 'must be at most the ceiling' }],
    ],
    [
      'a field that nobody knows',
      { pools: { node: { size: 5 } } },
      [{ pointer: '/pools/node/size', detail: 'is not known here' }],
    ],
    [
      'an entry without a count',
      { calendar: [ENTRY] },
      [{ pointer: '/calendar/0/count', detail: 'is missing: give a count or a roster' }],
    ],
    [
      'templates that there are not',
      {
        pools: { bare: {}, nodes: {} },
        calendar: [
          { ...ENTRY, count: 1, template: 'rust' },
          {
            ...ENTRY,
            roster: [
              { dev_id: 'ada', template: 'node' },
              { dev_id: 'bob', template: 'perl' },
            ],
          },
        ],
      },
      ['/pools/nodes', '/calendar/0/template', '/calendar/1/roster/1/template'].map((pointer) => ({
        pointer,
        detail: 'names no template that there is: bare, default, node, python',
      })),
    ],
  ])('refuses with the places, in a dry run too: %s', async (_, body, errors) => {
    const token = await adminToken();

    for (const query of ['', '?dry_run=true']) {
      const answer = await put(token, body, query);
      expect(answer).toMatchObject({ status: 400, body: { type: 'urn:berth:problem:invalid-request' } });
      expect(answer.body.errors).toEqual(errors);
    }
  });

  it('refuses what one message of Temporal does not hold, also where the request itself is smaller', async () => {
    const names = Array.from({ length: 3000 }, (_, number) => [`pool-${number}`, {}]);

    const { status, body } = await put(await adminToken(), { pools: Object.fromEntries(names) });

    expect({ status, body }).toMatchObject({ status: 400, body: { errors: [{ pointer: '' }] } });
    expect(body.detail).toContain('must be at most 64 KiB');
  });

  it.each(['?dry_run=yes', '?dryrun=true'])(
    'PUT %s is refused: what was meant as a dry run must not be none',
    async (query) => {
      const { status, body } = await put(await adminToken(), {}, query);

      expect({ status, body }).toMatchObject({ status: 400, body: { type: 'urn:berth:problem:invalid-request' } });
    },
  );

  it('names the methods that it takes', async () => {
    const { status, body } = await call(await adminToken(), 'POST', '/api/capacity', { body: {} });

    expect({ status, body }).toMatchObject({ status: 405, body: { detail: 'Use HEAD, GET, PUT.' } });
  });
});

describe('what was asked for, by GET /capacity/demand', () => {
  const WEEK_MS = 7 * 86_400_000;
  const NINE = Date.parse('2026-03-02T09:00:00Z');
  /** Three weeks in which ten of node are started at nine every Monday, and then one of bare. */
  const WEEKS = [0, 1, 2].flatMap((week) => [
    ...Array.from({ length: 10 }, (_, one) => ({ atMs: NINE + week * WEEK_MS + one * 1000, template: 'node' })),
    { atMs: NINE + week * WEEK_MS + BUCKET_MS, template: 'bare' },
  ]);

  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    await Promise.all([stage.startApi(), stage.startWorker('worker')]);
  });
  afterAll(() => stage?.close());

  const demand = async (token: string | undefined) =>
    await fetch(`${stage.apis[0]}/api/capacity/demand`, { headers: token ? { Authorization: `Bearer ${token}` } : {} });

  it('is a line of CSV for each start that was counted, which the forecast can be back-tested on', async () => {
    const none = await demand(await adminToken());
    const record = withStarts(emptyRecord(NINE), WEEKS, NINE + 3 * WEEK_MS);
    // A plan that was only tried leaves in its memo what it was begun with: what one weeks ago would have left.
    await stage.temporal.workflow.execute<typeof CapacityWorkflow>('CapacityWorkflow', {
      args: [{ settings: settingsSchema.parse({}), dryRun: true }],
      taskQueue: HOUSEKEEPING_QUEUE,
      workflowId: 'capacity/weeks',
      memo: { demand: record },
    });

    const told = await demand(await adminToken());
    const csv = await told.text();
    const file = join(stage.directory, 'starts.csv');
    writeFileSync(file, csv);
    const bench = await promisify(execFile)(process.execPath, ['bench/forecast/main.ts', file]);

    expect([none.status, await none.text()]).toEqual([200, 'time,template\n']);
    expect(told.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(csv.split('\n').slice(0, 2)).toEqual(['time,template', '2026-03-02T09:00:15.000Z,node']);
    expect(parseStarts(csv)).toHaveLength(WEEKS.length);
    const { node, bare } = JSON.parse(bench.stdout.trim().split('\n').at(-1) ?? '');
    expect([node, bare].map(({ forecast: { hits, misses } }) => hits + misses)).toEqual([30, 3]);
  });

  it('is told to administrators only', async () => {
    const theirs = await demand(await tokenFor(someDeveloper()));
    const nobodys = await demand(undefined);

    expect([theirs.status, nobodys.status]).toEqual([404, 401]);
  });
});

describe('what is set by PUT /capacity', () => {
  // No slots of it: they would be made on the cluster that all share.
  const POOLS = { bare: { floor: 0, ceiling: 5 } };
  const CALENDAR = [{ ...ENTRY, count: 1, template: 'bare' }];

  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.setUp({ ownKey: true });
    await stage.startApi();
  });
  afterAll(() => stage?.close());

  const here = async (method: 'GET' | 'PUT', body?: unknown) => {
    const options = { ...(body !== undefined && { body }), ...(stage.apis[0] && { api: stage.apis[0] }) };
    return await call<CapacityNow & Problem>(await adminToken(), method, '/api/capacity', options);
  };
  const schedule = () => stage.temporal.schedule.getHandle('capacity');

  it('is planned also where it is nothing, and nothing was ever set: Temporal may have lost that there were pools', async () => {
    const { status, body } = await here('PUT', {});

    expect({ status, settings: body.settings }).toEqual({ status: 200, settings: { pools: {}, calendar: [] } });
    expect((await schedule().describe()).action).toMatchObject({ args: [{ settings: body.settings }] });
  });

  it('is answered, shown from then on, and planned', async () => {
    const answer = await here('PUT', { pools: POOLS, calendar: CALENDAR });

    const settings = { pools: POOLS, calendar: CALENDAR };
    expect(answer).toMatchObject({ status: 200, body: { settings, paused: false } });
    expect((await here('GET')).body).toEqual(answer.body);
    await expect.poll(async () => (await schedule().describe()).info.numActionsTaken).toBeGreaterThan(0);
  });

  it('replaces what was set before, and is one of what several set at once', async () => {
    const several = [1, 2, 3, 4].map((ceiling) => ({ pools: { bare: { floor: 0, ceiling } }, calendar: [] }));

    const answers = await Promise.all(several.map((settings) => here('PUT', settings)));

    expect(answers.map(({ status }) => status)).toEqual(several.map(() => 200));
    expect(several).toContainEqual((await here('GET')).body.settings);
  });

  it('is kept and shown of servers as well, with what is left out filled in', async () => {
    const servers = { workers: { floor: 2, ceiling: 8 }, api: { ceiling: 4, quiet_rounds: 3 } };

    const { body } = await here('PUT', { servers });

    expect(body.settings.servers).toEqual({
      workers: { ...servers.workers, quiet_rounds: 10 },
      api: { ...servers.api, floor: 1 },
    });
    expect((await here('GET')).body.settings).toEqual(body.settings);
  });

  it('is nothing where nothing is sent, and still planned: what the pools have made is to go', async () => {
    const { body } = await here('PUT', {});

    expect(body.settings).toEqual({ pools: {}, calendar: [] });
    expect((await schedule().describe()).action).toMatchObject({ args: [{ settings: body.settings }] });
  });

  it('is shown as paused where an operator has paused the schedule', async () => {
    await schedule().pause('The cluster is being changed.');

    expect((await here('PUT', { pools: POOLS })).body).toMatchObject({ settings: { pools: POOLS }, paused: true });
  });

  it('takes up the pools that a worker is started with', async () => {
    await stage.startWorker('worker', { BERTH_POOLS: 'default=0' });

    expect((await here('GET')).body.settings.pools).toEqual({ ...POOLS, default: { floor: 0, ceiling: 300 } });
  });
});
