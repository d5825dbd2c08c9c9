import { beforeAll, describe, expect, it } from 'vitest';
import { adminToken, call } from '../setup/client.ts';
import { type RawRequest, sendBytes, sendRaw } from './raw-request.ts';
import { expectNothingCreated, expectProblem, someEnvironment, validStart } from './refusals.ts';

const JSON_TYPE = { 'Content-Type': 'application/json', Prefer: 'respond-async' };

let token: string;
beforeAll(async () => {
  token = await adminToken();
});

describe('a request that is cut off or framed wrongly is refused as a problem, and nothing is created:', () => {
  it.each<[string, (body: string) => RawRequest]>([
    ['a body shorter than announced', (body) => ({ headers: length(body.length + 1), body, cutOff: true })],
    [
      'a body cut off in the middle',
      (body) => ({ headers: length(body.length), body: body.slice(0, -9), cutOff: true }),
    ],
    ['chunks without an end', (body) => ({ headers: CHUNKED, body: `${hex(body)}\r\n${body}\r\n`, cutOff: true })],
    ['a chunk that is cut off', (body) => ({ headers: CHUNKED, body: `fff\r\n${body}`, cutOff: true })],
    ['a chunk of no size', (body) => ({ headers: CHUNKED, body: `size\r\n${body}\r\n0\r\n\r\n` })],
    ['a length that is no number', (body) => ({ headers: { ...JSON_TYPE, 'Content-Length': 'long' }, body })],
    ['a negative length', (body) => ({ headers: length(-1), body })],
    ['two different lengths', (body) => ({ headers: { ...length(body.length), 'content-length': '2' }, body })],
    ['a length and chunks', (body) => ({ headers: { ...CHUNKED, ...length(body.length) }, body })],
    ['a header without a name', (body) => ({ headers: { ...length(body.length), '': 'x' }, body })],
    ['a control character in a header', (body) => ({ headers: { ...length(body.length), 'X-A': 'a\0b' }, body })],
  ])('%s', async (_name, request) => {
    const identity = someEnvironment();
    const answer = await sendRaw(token, request(JSON.stringify(validStart(identity))));
    expectProblem(answer, 400, 'malformed-request');
    expect(answer.headers.get('connection')).toBe('close');
    await expectNothingCreated(identity);
  });

  it('headers of more than 16 KiB', async () => {
    const answer = await sendRaw(token, { headers: { ...JSON_TYPE, 'X-Long': 'a'.repeat(20_000) } });
    expectProblem(answer, 431, 'headers-too-large');
  });

  it.each([
    'GARBAGE\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'GET /\xff HTTP/1.1\r\n\r\n',
    'SELECT 1;\r\n',
  ])('what is not HTTP at all: %j', async (text) => {
    expectProblem(await sendBytes(Buffer.from(text, 'latin1'), true), 400, 'malformed-request');
  });

  it('and the API goes on to serve', async () => {
    expect((await call(token, 'GET', '/environments/status')).status).toBe(200);
  });
});

describe('an address that does not exist is a 404:', () => {
  it.each([
    '/',
    '/nope',
    '/environments',
    '/environments/',
    '/environments/start/now',
    '/environments//start',
    '//environments/start',
    '/environments/../environments/start',
    '/environments/%2e%2e/start',
    '/environments%2fstart',
    '/environments/%',
    '/environments/%ff',
    '/..%2f..%2fetc/passwd',
    '/__proto__',
    '*',
  ])('%s', async (path) => {
    const identity = someEnvironment();
    const body = JSON.stringify(validStart(identity));
    expectProblem(await sendRaw(token, { path, headers: JSON_TYPE, body }), 404, 'no-such-route');
    await expectNothingCreated(identity);
  });
});

describe('another method than the one of the address is a 405 that names the right one:', () => {
  const post = ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'PURGE'];
  const get = ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'PURGE'];
  it.each([
    ...post.map((method) => ({ method, path: '/environments/start', allowed: ['POST'] })),
    ...post.map((method) => ({ method, path: '/environments/terminate', allowed: ['POST'] })),
    ...get.map((method) => ({ method, path: '/environments/status', allowed: ['GET', 'HEAD'] })),
  ])('$method $path', async ({ method, path, allowed }) => {
    const identity = someEnvironment();
    const body = JSON.stringify(validStart(identity));
    const answer = await sendRaw(token, { method, path, headers: JSON_TYPE, body });
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(allowed);
    if (method === 'HEAD') expect(answer).toMatchObject({ status: 405, text: '' });
    else expectProblem(answer, 405, 'method-not-allowed');
    await expectNothingCreated(identity);
  });
});

const CHUNKED = { ...JSON_TYPE, 'Transfer-Encoding': 'chunked' };

function length(bytes: number): Record<string, string> {
  return { ...JSON_TYPE, 'Content-Length': String(bytes) };
}

function hex(body: string): string {
  return body.length.toString(16);
}
