import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { adminToken, call, someDeveloper, start, status, terminate, tokenFor } from '../setup/client.ts';
import { sendRaw } from './raw-request.ts';
import { expectNoTrace, expectProblem, validStart } from './refusals.ts';

function environmentOf(dev_id: string): Identity {
  return { dev_id, project: someDeveloper('project') };
}

/** Every call on one environment, as bytes, so that answers can be compared to the letter. */
const CALLS: [name: string, (identity: Identity) => Parameters<typeof sendRaw>[1]][] = [
  ['start', (identity) => post('start', validStart(identity))],
  ['start with Prefer', (identity) => post('start', validStart(identity), { Prefer: 'respond-async' })],
  ['start with a template that does not exist', (identity) => post('start', { ...identity, template: 'nope' })],
  ['terminate', (identity) => post('terminate', identity)],
  ['status', (identity) => ({ method: 'GET', path: `/environments/status?${new URLSearchParams({ ...identity })}` })],
  ['list', ({ dev_id }) => ({ method: 'GET', path: `/environments/status?dev_id=${dev_id}` })],
  ['list by state', ({ dev_id }) => ({ method: 'GET', path: `/environments/status?state=ready&dev_id=${dev_id}` })],
];

/** In these answers differ, whatever is asked: they tell of the moment, and of how often the asking one has asked. */
const OF_ITS_OWN = new Set(['date', 'content-length', 'ratelimit']);

function post(path: string, body: object, headers: Record<string, string> = {}) {
  return {
    path: `/environments/${path}`,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

describe("another developer's environment is a 404, the same as for one that does not exist:", () => {
  it.each(CALLS)('%s', async (_name, request) => {
    const [owner, stranger] = [someDeveloper('owner'), someDeveloper('stranger')];
    const token = await tokenFor(stranger);
    const real = environmentOf(owner);
    const imagined = [environmentOf(owner), environmentOf(someDeveloper('nobody'))];
    expect((await start(await tokenFor(owner), { ...real, template: 'bare' })).status).toBe(200);
    const answers = [];
    for (const identity of [real, ...imagined]) {
      const { status, headers, text } = await sendRaw(token, request(identity));
      expectProblem({ status, headers, text }, 404, 'not-found');
      const all = JSON.stringify([status, [...headers].filter(([name]) => !OF_ITS_OWN.has(name)), text]);
      answers.push(all.replaceAll(identity.dev_id, 'DEVELOPER').replaceAll(identity.project, 'PROJECT'));
    }
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).toBe(answers[0]);
    for (const { project } of imagined) await expectNoTrace(project);
    expect((await status(await tokenFor(owner), real)).body.state).toBe('ready');
  });

  it("and the same as for the stranger's own that does not exist", async () => {
    const [owner, stranger] = [someDeveloper('owner'), someDeveloper('stranger')];
    const token = await tokenFor(stranger);
    const [theirs, own] = [environmentOf(owner), environmentOf(stranger)];
    await start(await tokenFor(owner), { ...theirs, template: 'bare' });
    for (const ask of [status, terminate]) {
      const [one, other] = [await ask(token, theirs), await ask(token, own)];
      expect(other.status).toBe(404);
      const normalised = [one, other].map(({ body }, index) => {
        const { dev_id, project } = index === 0 ? theirs : own;
        return JSON.stringify(body).replaceAll(dev_id, 'DEVELOPER').replaceAll(project, 'PROJECT');
      });
      expect(normalised[0]).toBe(normalised[1]);
    }
  });
});

it("a developer's name that begins as another's, or is one of its parts, opens nothing", async () => {
  const owner = someDeveloper('a.b');
  const real = environmentOf(owner);
  await start(await tokenFor(owner), { ...real, template: 'bare' });
  for (const name of [owner.slice(0, -1), `${owner}-x`, 'a.b', 'a']) {
    expect((await status(await tokenFor(name), real)).status).toBe(404);
  }
});

it('a developer who names nobody is shown their own environments only', async () => {
  const [one, other] = [someDeveloper('one'), someDeveloper('other')];
  const token = await tokenFor(one);
  const own = environmentOf(one);
  await start(token, { ...own, template: 'bare' });
  await start(await tokenFor(other), { ...environmentOf(other), template: 'bare' });
  await expect.poll(() => listed(token, '')).toEqual([one]);
  expect(await listed(token, `?dev_id=${one}`)).toEqual([one]);
  await expect.poll(async () => await listed(await adminToken(), `?dev_id=${other}`)).toEqual([other]);
  expect(await listed(token, '')).toEqual([one]);
});

it('an administrator starts, sees, lists and terminates for everybody', async () => {
  const admin = await adminToken();
  const developer = someDeveloper('someone');
  const identity = environmentOf(developer);
  expect((await start(admin, { ...identity, template: 'bare' })).status).toBe(200);
  expect((await status(admin, identity)).body).toMatchObject({ ...identity, state: 'ready' });
  expect((await status(await tokenFor(developer), identity)).body).toMatchObject({ ...identity, state: 'ready' });
  await expect.poll(() => listed(admin, '?limit=200')).toContain(developer);
  expect(await listed(admin, `?dev_id=${developer}`)).toEqual([developer]);
  expect((await terminate(admin, identity)).status).toBe(200);
});

it('who may see an environment that does not exist is told so in the same words, the administrator too', async () => {
  const identity = environmentOf(someDeveloper('nobody'));
  const answers = [await status(await adminToken(), identity), await status(await tokenFor('stranger'), identity)];
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  expect(answers[0]?.body).toEqual(answers[1]?.body);
});

async function listed(token: string, query: string): Promise<string[]> {
  const { body } = await call<{ environments: Environment[] }>(token, 'GET', `/environments/status${query}`);
  return body.environments.map(({ dev_id }) => dev_id);
}
