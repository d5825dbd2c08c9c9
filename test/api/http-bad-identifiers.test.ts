import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import { adminToken, call, start, terminate } from '../setup/client.ts';
import { sendRaw } from './raw-request.ts';
import { expectNoTrace, expectNothingCreated, expectProblem, someEnvironment } from './refusals.ts';

const HEADERS = { 'Content-Type': 'application/json', Prefer: 'respond-async' };

/** Each is made of a mark, by which it would be found even if it were corrected. */
const ODD: [name: string, odd: (mark: string) => string][] = [
  ['64 characters', (mark) => mark.padEnd(64, 'a')],
  ['300 characters', (mark) => mark.padEnd(300, 'a')],
  ['upper case', (mark) => mark.toUpperCase()],
  ['one capital', (mark) => `${mark}A`],
  ['a space before it', (mark) => ` ${mark}`],
  ['a space after it', (mark) => `${mark} `],
  ['a space within', (mark) => `${mark} x`],
  ['a line break after it', (mark) => `${mark}\n`],
  ['a carriage return and a header', (mark) => `${mark}\r\nX-Injected: 1`],
  ['a null character', (mark) => `${mark}\0`],
  ['an escape character', (mark) => `${mark}\u001b[2J`],
  ['a delete character', (mark) => `${mark}\u007f`],
  ['a path upwards', (mark) => `../${mark}`],
  ['a path upwards at its end', (mark) => `${mark}/../..`],
  ['a path upwards, percent-encoded', (mark) => `%2e%2e%2f${mark}`],
  ['a slash', (mark) => `${mark}/x`],
  ['a backslash', (mark) => `${mark}\\x`],
  ['a dot before it', (mark) => `.${mark}`],
  ['a dot after it', (mark) => `${mark}.`],
  ['a hyphen before it', (mark) => `-${mark}`],
  ['a hyphen after it', (mark) => `${mark}-`],
  ['an underscore before it', (mark) => `_${mark}`],
  ['an at sign after it', (mark) => `${mark}@`],
  ['umlauts', (mark) => `${mark}ü`],
  ['a combining accent', (mark) => `${mark}e\u0301`],
  ['a Cyrillic look-alike', (mark) => `${mark}\u0430`],
  ['full-width letters', (mark) => `${mark}\uff41`],
  ['a sign that becomes ASCII in lower case', (mark) => `${mark}\u212a`],
  ['an invisible space', (mark) => `${mark}\u200bx`],
  ['a change of the writing direction', (mark) => `${mark}\u202ex`],
  ['an emoji', (mark) => `${mark}\u{1f680}`],
  ['half a surrogate pair', (mark) => `${mark}\ud800x`],
  ['a quote', (mark) => `${mark}' OR BerthDeveloper IS NOT NULL OR 'x`],
  ['a colon', (mark) => `${mark}:admin`],
  ['an asterisk', (mark) => `${mark}*`],
  ['a template expression', (mark) => `${mark}\${x}`],
];

let token: string;
beforeAll(async () => {
  token = await adminToken();
});

describe('an identifier is refused, never corrected, and nothing is created for it:', () => {
  it.each(ODD)('%s', async (_name, odd) => {
    const mark = `odd${randomBytes(6).toString('hex')}`;
    const { project } = someEnvironment();
    const identities = [
      { dev_id: odd(mark), project },
      { dev_id: mark, project: odd(mark) },
    ];
    for (const identity of identities) await refusesEverywhere(identity);
    await expectNothingCreated({ dev_id: mark, project });
    await expectNoTrace(mark);
  });

  it('an empty one', async () => {
    const { dev_id, project } = someEnvironment();
    await refusesEverywhere({ dev_id: '', project });
    await refusesEverywhere({ dev_id, project: '' });
    await expectNoTrace(project);
    await expectNoTrace(dev_id);
  });
});

it.each([
  ['63 characters', (mark: string) => mark.padEnd(63, 'a')],
  ['every sign that is allowed', (mark: string) => `0.${mark}_-@..z`],
])('an identifier with %s is taken as it is', async (_name, odd) => {
  const mark = `fine${randomBytes(6).toString('hex')}`;
  const identity = { dev_id: odd(mark), project: odd(`${mark}p`) };
  const { status, body } = await start(token, { ...identity, template: 'bare' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ ...identity, state: 'ready' });
  expect((await terminate(token, identity)).status).toBe(200);
});

describe('a status is refused when its query has', () => {
  const own = someEnvironment();
  const named = `dev_id=${own.dev_id}&project=${own.project}`;
  it.each([
    ['dev_id twice', `${named}&dev_id=another`],
    ['dev_id twice, and both the same', `${named}&dev_id=${own.dev_id}`],
    ['dev_id twice, once percent-encoded', `${named}&dev%5Fid=another`],
    ['project twice', `${named}&project=another`],
    ['state twice', 'state=ready&state=failed'],
    ['an array in brackets', `dev_id[]=${own.dev_id}&project=${own.project}`],
    ['a parameter that does not exist', `${named}&verbose=1`],
    ['a prototype for a parameter', `${named}&__proto__=1`],
    ['a percent sign alone', 'dev_id=%'],
    ['percent signs without digits', 'dev_id=%zz&project=p'],
    ['bytes that are not UTF-8', 'dev_id=%ff%fe&project=p'],
    ['an encoded null character', `dev_id=${own.dev_id}%00&project=p`],
    ['a plus for a space', `dev_id=${own.dev_id}+&project=p`],
    ['a project of nobody', `project=${own.project}`],
    ['a state that does not exist', 'state=happy'],
    ['a limit of none', 'limit=0'],
    ['a limit of too many', 'limit=201'],
    ['a limit in words', 'limit=ten'],
    ['a page that is none', 'page=zzz'],
    ['a page that somebody made up', `page=${Buffer.from('{"CloseTime":"never"}').toString('base64url')}`],
  ])('%s', async (_name, query) => {
    const began = performance.now();
    expectProblem(
      await sendRaw(token, { method: 'GET', path: `/environments/status?${query}` }),
      400,
      'invalid-request',
    );
    expect(performance.now() - began).toBeLessThan(3000);
  });

  it('nothing wrong with it, which shows that the others were refused for their faults', async () => {
    const { status, body } = await call<{ environments: unknown[] }>(
      token,
      'GET',
      `/environments/status?dev_id=${own.dev_id}&state=ready&limit=200`,
    );
    expect(status).toBe(200);
    expect(body.environments).toEqual([]);
  });
});

it('the parameters of a start are those of its body: its query is not read', async () => {
  const identity = someEnvironment();
  const query = new URLSearchParams({ ...identity });
  const answer = await sendRaw(token, { path: `/environments/start?${query}`, headers: HEADERS, body: '{}' });
  expectProblem(answer, 400, 'invalid-request');
  await expectNothingCreated(identity);
});

async function refusesEverywhere(identity: Identity): Promise<void> {
  for (const path of ['/environments/start', '/environments/terminate'])
    expectProblem(
      await sendRaw(token, { path, headers: HEADERS, body: JSON.stringify(identity) }),
      400,
      'invalid-request',
    );
  // A lone surrogate has no place in an address.
  const [dev_id, project] = [identity.dev_id.toWellFormed(), identity.project.toWellFormed()];
  const query = new URLSearchParams({ dev_id, project });
  expectProblem(await sendRaw(token, { method: 'GET', path: `/environments/status?${query}` }), 400, 'invalid-request');
}
