import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, inject, it, vi } from 'vitest';
import { generateToken } from '../../src/api/authentication/token.ts';
import { issueToken, revokeToken } from '../../src/api/authentication/token-file.ts';
import type { Identity } from '../../src/environment/identity.ts';
import { adminToken, call, someDeveloper, start, status, terminate, tokenFor } from '../setup/client.ts';
import { type RawRequest, sendBytes, sendRaw } from './raw-request.ts';
import { expectNothingCreated, expectProblem, validStart } from './refusals.ts';

const CHALLENGE = 'Bearer realm="berth"';

function someEnvironment(): Identity {
  return { dev_id: someDeveloper('auth'), project: someDeveloper('own') };
}

function startOf(identity: Identity): RawRequest {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(validStart(identity)) };
}

/** Starts with this Authorization header, is refused with 401, and nothing is created. @returns header and detail */
async function refusal(authorization: string | undefined, more: RawRequest = {}) {
  const identity = someEnvironment();
  const request = startOf(identity);
  const headers = { ...request.headers, ...more.headers, ...(authorization !== undefined && { authorization }) };
  const answer = await sendRaw(undefined, { ...request, ...more, headers });
  const { detail } = expectProblem(answer, 401, 'unauthenticated');
  await expectNothingCreated(identity);
  return { challenge: answer.headers.get('www-authenticate'), detail, text: answer.text };
}

describe('without a valid token the answer is 401, with a challenge and what is wrong', () => {
  it('no token', async () => {
    const { challenge, detail } = await refusal(undefined);
    expect(challenge).toBe(CHALLENGE);
    expect(detail).toContain('Send a token');
  });

  it.each(['Bearer', 'Bearer ', 'Basic dXNlcjEyMzpwYXNz', 'Token berth_1', 'Bearer a b', 'Bearer a,b c', ', Bearer x'])(
    'a header of another form: %j',
    async (header) => {
      const { challenge, detail } = await refusal(header);
      expect(challenge).toBe(`${CHALLENGE}, error="invalid_request"`);
      expect(detail).toContain('must be: Bearer');
    },
  );

  it('a token without the word Bearer', async () => {
    expect((await refusal(await adminToken())).challenge).toContain('error="invalid_request"');
  });

  it.each<[string, (token: string) => string]>([
    ['something else', () => 'your_api_token'],
    ['a part of a token', (token) => token.slice(0, -1)],
    ['a token and more', (token) => `${token}0`],
    [
      'a token with one letter changed',
      (token) => token.replace(/.(?=.{20}$)/, (letter) => (letter === 'x' ? 'y' : 'x')),
    ],
    ['a token in upper case', (token) => token.toUpperCase()],
    ['a very long one', (token) => token.repeat(100)],
  ])('no token of Berth: %s', async (_name, change) => {
    const { challenge, detail } = await refusal(`Bearer ${change(await adminToken())}`);
    expect(challenge).toBe(`${CHALLENGE}, error="invalid_token"`);
    expect(detail).toContain('not a Berth token');
  });

  it('a token that was never issued', async () => {
    const { challenge, detail } = await refusal(`Bearer ${generateToken().token}`);
    expect(challenge).toBe(`${CHALLENGE}, error="invalid_token"`);
    expect(detail).toContain('not known');
  });

  it('the id of one token with the secret of another, which is told apart from an unknown one by nothing', async () => {
    const [right, other] = [await adminToken(), generateToken().token];
    const body = `${right.slice(0, 'berth_'.length + 12)}${other.slice('berth_'.length + 12, -8)}`;
    const forged = await refusal(`Bearer ${body}${crc32(body).toString(16).padStart(8, '0')}`);
    expect(forged).toEqual(await refusal(`Bearer ${other}`));
    expect((await call(right, 'GET', '/environments/status')).status).toBe(200);
  });

  it('a token that has expired', async () => {
    const { tokensFile } = inject('servers');
    const past = new Date(Date.now() - 1000);
    // Whoever issues a token meanwhile drops those that have expired, which are unknown then.
    await vi.waitFor(async () => {
      const token = await issueToken(tokensFile, { role: 'admin' }, { expiresAt: past });
      const { challenge, detail } = await refusal(`Bearer ${token}`);
      expect(challenge).toBe(`${CHALLENGE}, error="invalid_token"`);
      expect(detail).toContain(`expired at ${past.toISOString()}`);
    }, 20_000);
  });

  it('a token that expires is refused from that moment on', async () => {
    const expiresAt = new Date(Date.now() + 5000);
    const token = await issueToken(inject('servers').tokensFile, { role: 'admin' }, { expiresAt });
    expect((await call(token, 'GET', '/environments/status')).status).toBe(200);
    await expect
      .poll(async () => (await call(token, 'GET', '/environments/status')).status, { timeout: 20_000 })
      .toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  });

  it('a token that was revoked, at once and without a restart', async () => {
    const token = await adminToken();
    expect((await call(token, 'GET', '/environments/status')).status).toBe(200);
    await revokeToken(inject('servers').tokensFile, token.split('_')[1] ?? '', new Date());
    const { challenge, detail } = await refusal(`Bearer ${token}`);
    expect(challenge).toBe(`${CHALLENGE}, error="invalid_token"`);
    expect(detail).toContain('was revoked');
  });

  it('a token anywhere else than in its header', async () => {
    const token = await adminToken();
    for (const name of ['token', 'access_token', 'api_key', 'authorization'])
      expect((await refusal(undefined, { path: `/environments/start?${name}=${token}` })).challenge).toBe(CHALLENGE);
    await refusal(undefined, { headers: { Cookie: `token=${token}; access_token=${token}` } });
    await refusal(undefined, { headers: { 'X-Api-Key': token, 'Proxy-Authorization': `Bearer ${token}` } });
    await refusal(undefined, { body: JSON.stringify({ access_token: token }) });
  });

  it('before anything else is said: which addresses there are, and what is wrong with the body', async () => {
    const { text } = await refusal(undefined);
    for (const path of ['/nope', '/environments/start?x', '/environments/status', '/environments'])
      expect((await refusal(undefined, { path })).text).toBe(text);
    expect((await refusal(undefined, { method: 'DELETE' })).text).toBe(text);
    expect((await refusal(undefined, { body: '{' })).text).toBe(text);
  });
});

it('the word Bearer is taken in any case, as RFC 9110 has it', async () => {
  const token = await adminToken();
  for (const scheme of ['bearer', 'BEARER', 'Bearer  '])
    expect(
      (
        await sendRaw(undefined, {
          method: 'GET',
          path: '/environments/status',
          headers: { Authorization: `${scheme} ${token}` },
        })
      ).status,
    ).toBe(200);
});

it('no token is ever in an answer or in the log, whole or in part, whatever becomes of the request', async () => {
  const identity = someEnvironment();
  const [valid, unknown] = [await tokenFor(identity.dev_id), generateToken().token];
  const tokens = [valid, unknown, `${valid}0`];
  const answers: string[] = [];
  for (const token of tokens) {
    const requests: RawRequest[] = [
      { method: 'GET', path: `/environments/status?token=${token}` },
      { headers: { 'Content-Type': 'application/json' }, body: '{' },
      { headers: { 'Content-Type': 'application/json', 'Content-Length': '999' }, body: '{}', cutOff: true },
      { headers: { 'Transfer-Encoding': 'chunked', 'Content-Type': 'application/json' }, body: 'nonsense\r\n' },
      { headers: { 'X-Long': 'a'.repeat(20_000) } },
    ];
    for (const request of requests) answers.push((await sendRaw(token, request)).text);
    const notHttp = Buffer.from(`GET / HTTP/1.1\r\nAuthorization: Bearer ${token}\r\nnonsense\r\n\r\n`);
    answers.push((await sendBytes(notHttp, true)).text);
  }
  answers.push(JSON.stringify(await start(valid, { ...identity, template: 'bare' })));
  const log = await readFile(join(inject('servers').stateDir, 'logs', 'api.log'), 'utf8');
  expect(log).toContain('listening');
  for (const token of tokens) {
    const secret = token.slice('berth_'.length + 13, -9);
    for (const written of spellings(secret)) {
      expect(answers.join('\n').includes(written)).toBe(false);
      expect(log.includes(written)).toBe(false);
    }
  }
});

/** A text as it is, and as the numbers of its bytes, in which Node's parser keeps what it could not read. */
function spellings(text: string): string[] {
  const bytes = Buffer.from(text);
  return [text, [...bytes].join(','), bytes.toString('hex'), bytes.toString('base64').slice(0, -4)];
}

it('terminate and status need a token as well', async () => {
  const identity = someEnvironment();
  expect((await terminate('', identity)).status).toBe(401);
  expect((await status('', identity)).status).toBe(401);
  expect((await call(undefined, 'GET', '/environments/status')).status).toBe(401);
});
