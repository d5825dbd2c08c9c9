import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import type { ProblemKind } from '../../src/environment/problem.ts';
import { adminToken, start, status } from '../setup/client.ts';
import { type RawRequest, sendRaw } from './raw-request.ts';
import { expectNothingCreated, expectProblem, someEnvironment, validStart } from './refusals.ts';

/** Of what kind a request is refused, and the request. */
type Case = [name: string, status: number, kind: ProblemKind, request: (identity: Identity) => RawRequest];

const LIMIT_BYTES = 64 * 1024;
const JSON_TYPE = { 'Content-Type': 'application/json', Prefer: 'respond-async' };

let token: string;
beforeAll(async () => {
  // An administrator's: nothing else than the fault itself stands in the way.
  token = await adminToken();
});

/** A valid start, its text cut off before the closing bracket and continued. */
function continued(rest: string): (identity: Identity) => RawRequest {
  return (identity) => ({ body: JSON.stringify(validStart(identity)).slice(0, -1) + rest });
}

/** A valid start with other fields. */
function altered(fields: object): (identity: Identity) => RawRequest {
  return (identity) => ({ body: JSON.stringify({ ...validStart(identity), ...fields }) });
}

/** A valid start sent with other headers, or without those that are `undefined`. */
function withHeaders(headers: Record<string, string>): (identity: Identity) => RawRequest {
  return (identity) => ({ headers, body: JSON.stringify(validStart(identity)) });
}

function body(bytes: string | Buffer): () => RawRequest {
  return () => ({ body: bytes });
}

const chunked = (content: string): string => `${content.length.toString(16)}\r\n${content}\r\n0\r\n\r\n`;
const padded = (identity: Identity, length: number): string => JSON.stringify(validStart(identity)).padEnd(length);
const CHUNKED = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' };

const MALFORMED: Case[] = [
  ['an empty body', 400, 'malformed-request', body('')],
  ['half an object', 400, 'malformed-request', body('{"dev_id":')],
  ['a trailing comma', 400, 'malformed-request', continued(',}')],
  ['a comment', 400, 'malformed-request', continued('/* */}')],
  ['something after the end', 400, 'malformed-request', continued('}{}')],
  ['single quotes', 400, 'malformed-request', body(`{'dev_id':'a','project':'b'}`)],
  ['a raw line break inside a text', 400, 'malformed-request', continued(',"ttl":"8\nh"}')],
  ['invalid UTF-8', 400, 'malformed-request', body(Buffer.from('{"dev_id":"a\xff","project":"b"}', 'latin1'))],
  ['UTF-16', 400, 'malformed-request', body(Buffer.from('{"dev_id":"a","project":"b"}', 'utf16le'))],
  ['60,000 open brackets', 400, 'malformed-request', body('['.repeat(60_000))],
  ['30,000 brackets that are closed too', 400, 'malformed-request', body('['.repeat(30_000) + ']'.repeat(30_000))],
  ['10,000 objects in each other', 400, 'malformed-request', body(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`)],
  ['brackets after a text that never ends', 400, 'malformed-request', body(`["\n${'['.repeat(60_000)}"`)],
  ['a key that comes twice', 400, 'malformed-request', continued(',"dev_id":"another"}')],
  ['a key twice, once escaped', 400, 'malformed-request', continued(',"dev\\u005fid":"another"}')],
  ['a key twice further inside', 400, 'malformed-request', continued(',"parameters":{"cpu":"1","cpu":"2"}}')],
  ['the key __proto__', 400, 'malformed-request', continued(',"__proto__":{"role":"admin"}}')],
  ['the key __proto__ further inside', 400, 'malformed-request', continued(',"parameters":{"__proto__":1}}')],
];

const INVALID: Case[] = [
  ['null', 400, 'invalid-request', body('null')],
  ['a number', 400, 'invalid-request', body('5')],
  ['a text', 400, 'invalid-request', body('"user123"')],
  ['a list', 400, 'invalid-request', body('[]')],
  ['an object without dev_id and project', 400, 'invalid-request', body('{}')],
  ['no dev_id', 400, 'invalid-request', altered({ dev_id: undefined })],
  ['no project', 400, 'invalid-request', altered({ project: undefined })],
  ['dev_id as a number', 400, 'invalid-request', altered({ dev_id: 123 })],
  ['dev_id as a list', 400, 'invalid-request', altered({ dev_id: ['user123'] })],
  ['project as null', 400, 'invalid-request', altered({ project: null })],
  ['a field that does not exist', 400, 'invalid-request', altered({ projekt: 'new_feature' })],
  ['a field of another spelling', 400, 'invalid-request', altered({ devId: 'user123' })],
  ['the field constructor', 400, 'invalid-request', altered({ constructor: 'x' })],
  ['template as an object', 400, 'invalid-request', altered({ template: { name: 'bare' } })],
  ['a template with a long name', 400, 'invalid-request', altered({ template: 'a'.repeat(64) })],
  ['a template that does not exist', 400, 'unknown-template', altered({ template: 'nope' })],
  ['a template outside the directory', 400, 'unknown-template', altered({ template: '../default' })],
  ['a template by its file', 400, 'unknown-template', altered({ template: 'bare.yaml' })],
  ['a template without a name', 400, 'unknown-template', altered({ template: '' })],
  ['a template in upper case', 400, 'unknown-template', altered({ template: 'Bare' })],
  ['a template with a null character', 400, 'unknown-template', altered({ template: 'bare\0' })],
  ['parameters as a list', 400, 'invalid-request', altered({ parameters: [] })],
  ['a parameter as an object', 400, 'invalid-request', altered({ parameters: { cpu: {} } })],
  ['a parameter as null', 400, 'invalid-request', altered({ parameters: { cpu: null } })],
  ['a parameter that the template lacks', 400, 'invalid-request', altered({ parameters: { cpu: '1' } })],
  ['the parameter constructor', 400, 'invalid-request', altered({ parameters: { constructor: 'x' } })],
  ['a parameter that is too large', 400, 'invalid-request', altered({ template: 'node', parameters: { replicas: 4 } })],
  ['a parameter that is too small', 400, 'invalid-request', altered({ template: 'node', parameters: { cpu: '1m' } })],
  ['half a replica', 400, 'invalid-request', altered({ template: 'node', parameters: { replicas: 1.5 } })],
  ['a number as a text', 400, 'invalid-request', altered({ template: 'node', parameters: { replicas: '2' } })],
  ['an amount that is none', 400, 'invalid-request', altered({ template: 'node', parameters: { cpu: 'much' } })],
  ['a negative amount', 400, 'invalid-request', altered({ template: 'node', parameters: { memory: '-1Gi' } })],
  ['a ttl in years', 400, 'invalid-request', altered({ ttl: '5y' })],
  ['a ttl of nothing', 400, 'invalid-request', altered({ ttl: '0h' })],
  ['a negative ttl', 400, 'invalid-request', altered({ ttl: '-1h' })],
  ['a ttl without a unit', 400, 'invalid-request', altered({ ttl: '8' })],
  ['a ttl as a number', 400, 'invalid-request', altered({ ttl: 8 })],
  ["a ttl above the template's", 400, 'invalid-request', altered({ ttl: '31d' })],
  ['a ttl of many digits', 400, 'invalid-request', altered({ ttl: `${'9'.repeat(400)}d` })],
];

const NOT_JSON: Case[] = [
  ['no Content-Type', 415, 'unsupported-media-type', withHeaders({})],
  ['text', 415, 'unsupported-media-type', withHeaders({ 'Content-Type': 'text/plain' })],
  ['a form', 415, 'unsupported-media-type', withHeaders({ 'Content-Type': 'application/x-www-form-urlencoded' })],
  ['almost JSON', 415, 'unsupported-media-type', withHeaders({ 'Content-Type': 'application/jsonp' })],
  ['a type that is none', 415, 'unsupported-media-type', withHeaders({ 'Content-Type': ';;json' })],
  [
    'another encoding',
    415,
    'unsupported-media-type',
    withHeaders({ 'Content-Type': 'application/json; charset=iso-8859-1' }),
  ],
  [
    'a compressed body',
    415,
    'unsupported-media-type',
    (identity) => ({
      headers: { ...JSON_TYPE, 'Content-Encoding': 'gzip' },
      body: gzipSync(JSON.stringify(validStart(identity))),
    }),
  ],
  [
    'a body said to be compressed',
    415,
    'unsupported-media-type',
    withHeaders({ ...JSON_TYPE, 'Content-Encoding': 'gzip' }),
  ],
];

const TOO_LARGE: Case[] = [
  ['one byte too many', 413, 'payload-too-large', (identity) => ({ body: padded(identity, LIMIT_BYTES + 1) })],
  [
    'a million bytes announced',
    413,
    'payload-too-large',
    () => ({ headers: { ...JSON_TYPE, 'Content-Length': '1000000' } }),
  ],
  [
    'too many in chunks',
    413,
    'payload-too-large',
    (identity) => ({ headers: CHUNKED, body: chunked(padded(identity, LIMIT_BYTES + 1)) }),
  ],
];

describe('a start is refused as a problem, and nothing is created, when its body', () => {
  async function refuses(status: number, kind: ProblemKind, request: Case[3]): Promise<void> {
    const identity = someEnvironment();
    expectProblem(await sendRaw(token, { headers: JSON_TYPE, ...request(identity) }), status, kind);
    await expectNothingCreated(identity);
  }

  it.each(MALFORMED)('is not sound JSON: %s', (_name, status, kind, request) => refuses(status, kind, request));
  it.each(INVALID)('is not what a start takes: %s', (_name, status, kind, request) => refuses(status, kind, request));
  it.each(NOT_JSON)('does not say that it is JSON: %s', (_name, status, kind, request) =>
    refuses(status, kind, request),
  );
  it.each(TOO_LARGE)('has more than 64 KiB: %s', (_name, status, kind, request) => refuses(status, kind, request));
});

describe('the refusal', () => {
  it('names every fault with its place', async () => {
    const answer = await sendRaw(token, {
      headers: JSON_TYPE,
      body: JSON.stringify({ ...validStart(someEnvironment()), dev_id: 'A', ttl: '5y', 'a/b': 1 }),
    });
    const { errors } = expectProblem(answer, 400, 'invalid-request');
    expect(errors?.map(({ pointer }) => pointer).sort()).toEqual(['/a~1b', '/dev_id', '/ttl']);
  });

  it('names the templates that there are, instead of one that there is not', async () => {
    const { body } = altered({ template: 'nope' })(someEnvironment());
    const answer = await sendRaw(token, { headers: JSON_TYPE, ...(body !== undefined && { body }) });
    expect(expectProblem(answer, 400, 'unknown-template').detail).toContain('bare, default, node, python');
  });

  it('is no longer than the request by much, even for seven thousand faults', async () => {
    const faults = Object.fromEntries(Array.from({ length: 7000 }, (_, index) => [index, 0]));
    const answer = await sendRaw(token, { headers: JSON_TYPE, body: JSON.stringify(faults) });
    expectProblem(answer, 400, 'invalid-request');
    expect(answer.text.length).toBeLessThan(10_000);
  });

  it('comes at once, even for text that is made to be slow to read', async () => {
    const began = performance.now();
    expectProblem(
      await sendRaw(token, { headers: JSON_TYPE, body: `"${'\\"'.repeat(32_000)}` }),
      400,
      'malformed-request',
    );
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('what is refused has no other reason than its fault: a start is taken', () => {
  it.each<[string, (identity: Identity) => RawRequest]>([
    ['as it is', (identity) => ({ body: JSON.stringify(validStart(identity)) })],
    ['of exactly 64 KiB', (identity) => ({ body: padded(identity, LIMIT_BYTES) })],
    ['in chunks', (identity) => ({ headers: CHUNKED, body: chunked(JSON.stringify(validStart(identity))) })],
    ['with its charset', withHeaders({ 'Content-Type': 'application/json; charset="UTF-8"', Prefer: 'respond-async' })],
  ])('%s', async (_name, request) => {
    const identity = someEnvironment();
    expect((await sendRaw(token, { headers: JSON_TYPE, ...request(identity) })).status).toBe(202);
    const environment = await start(token, { ...identity, template: 'bare' });
    expect(environment.status).toBe(200);
    await expect(expectNothingCreated(identity)).rejects.toThrow();
  });

  it.each(['wait', 'wait=', 'wait=-1', 'wait=soon', 'wait=1e9', 'handling=strict; x="', '\u00ff,,,;='])(
    'whatever the preference says that nobody understands: %j',
    async (prefer) => {
      const identity = someEnvironment();
      const environment = await start(token, { ...identity, template: 'bare' }, { Prefer: prefer });
      expect(environment.status).toBe(200);
    },
  );
});

it('a terminate that is refused ends nothing', async () => {
  const identity = someEnvironment();
  await start(token, { ...identity, template: 'bare' });
  const valid = JSON.stringify(identity);
  for (const body of [`${valid.slice(0, -1)},"force":true}`, `${valid.slice(0, -1)},"dev_id":"x"}`, valid.slice(0, -1)])
    expect((await sendRaw(token, { path: '/environments/terminate', headers: JSON_TYPE, body })).status).toBe(400);
  expect((await status(token, identity)).body.state).toBe('ready');
});
