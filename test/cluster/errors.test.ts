import { ApiException } from '@kubernetes/client-node';
import { describe, expect, test } from 'vitest';
import { ClusterError, classify } from '../../src/cluster/errors.ts';
import { conditionsOf } from '../../src/cluster/what-holds.ts';

const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.s3cret';

/** What the client throws when the apiserver answers with a status and a message. */
function answer(status: number, message: string, more: { seconds?: number; headers?: Record<string, string> } = {}) {
  const { seconds, headers = {} } = more;
  const body = JSON.stringify({
    kind: 'Status',
    message,
    code: status,
    ...(seconds !== undefined && { details: { retryAfterSeconds: seconds } }),
  });
  return new ApiException(status, 'Unknown API Status Code!', body, { authorization: `Bearer ${TOKEN}`, ...headers });
}

const RBAC =
  'pods is forbidden: User "system:serviceaccount:a:b" cannot list resource "pods" in API group "" at the cluster scope';
const QUOTA =
  'pods "web" is forbidden: exceeded quota: quota, requested: limits.cpu=2, used: limits.cpu=3, limited: limits.cpu=4';
const UNCOUNTED = 'pods "web" is forbidden: status unknown for quota: quota, resources: pods';
const ADMISSION =
  'pods "web" is forbidden: violates PodSecurity "restricted:v1.36": privileged (container "web" must not …)';
const POLICY =
  "services \"web\" is forbidden: ValidatingAdmissionPolicy 'doors' with binding 'doors' denied request: no node ports";
const TERMINATING =
  'pods "web" is forbidden: unable to create new content in namespace dev-ada because it is being terminated';

describe('an answer of the apiserver', () => {
  test.each([
    ['an error inside it', answer(500, 'Internal error occurred: etcdserver: request timed out')],
    ['a gateway without it', answer(502, 'bad gateway')],
    ['an apiserver that is starting', answer(503, 'the server is currently unable to handle the request')],
    ['a time-out', answer(504, 'Timeout: request did not complete within the allotted timeout')],
    ['a time-out of the request', answer(408, 'request timeout')],
    ['a token that is just being renewed', answer(401, 'Unauthorized')],
    ['a quota that is not yet counted', answer(403, UNCOUNTED)],
    ['roles that are not yet read, or do not give the right', answer(403, RBAC)],
  ])('is to be tried again: %s', (_, error) => expect(classify(error).class).toBe('transient'));

  test('that there are too many requests is to be tried again when it says', () => {
    expect(classify(answer(429, 'slow down', { seconds: 7 }))).toMatchObject({
      class: 'throttled',
      retryAfterMs: 7000,
    });
    expect(classify(answer(503, 'slow down', { seconds: 2 }))).toMatchObject({
      class: 'throttled',
      retryAfterMs: 2000,
    });
  });

  test('that there are too many requests may say when in the header alone', () => {
    const plain = new ApiException(429, '', 'Too many requests, please try again later.', { 'retry-after': '4' });
    expect(classify(plain)).toMatchObject({ class: 'throttled', retryAfterMs: 4000 });
    expect(
      classify(answer(429, 'slow down', { headers: { 'retry-after': 'Mon, 23 Nov 2026 13:00:00 GMT' } })),
    ).toMatchObject({ class: 'throttled', retryAfterMs: 1000 });
  });

  test('that an object is not as expected is a conflict', () => {
    expect(classify(answer(409, 'namespaces "dev-ada" already exists'))).toMatchObject({
      class: 'conflict',
      status: 409,
    });
  });

  test.each([
    ['the quota', answer(403, QUOTA), 'quota-exceeded'],
    ['Pod Security', answer(403, ADMISSION), 'rejected-by-cluster'],
    ['an admission policy', answer(403, POLICY), 'rejected-by-cluster'],
    ['an admission policy, as invalid', answer(422, POLICY), 'rejected-by-cluster'],
    [
      'validation',
      answer(422, 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1'),
      'rejected-by-cluster',
    ],
    ['what it is asked', answer(400, 'the object provided is unrecognized'), 'rejected-by-cluster'],
    ['the end of the namespace', answer(403, TERMINATING), 'cluster-failed'],
    ['an unknown kind', answer(404, 'the server could not find the requested resource'), 'cluster-failed'],
    ['the method', answer(405, 'the server does not allow this method'), 'cluster-failed'],
  ])('is final and names who is to be told, where the reason is %s', (_, error, reason) => {
    expect(classify(error)).toMatchObject({ class: 'final', reason });
  });

  test('says that there is no such object only where it says so itself: a proxy before it has 404s of its own', () => {
    const status = { kind: 'Status', reason: 'NotFound', message: 'namespaces "dev-ada" not found', code: 404 };
    const missing = (body: string) => classify(new ApiException(404, 'x', body, {})).isMissing;
    expect(missing(JSON.stringify(status))).toBe(true);
    for (const other of [
      { ...status, kind: 'Page' },
      { ...status, reason: undefined },
    ])
      expect(missing(JSON.stringify(other))).toBe(false);
    for (const body of ['404 page not found', '<html>Not Found</html>', '']) expect(missing(body)).toBe(false);
  });

  test('is told in the apiserver’s own words, or with its status where it has none', () => {
    expect(classify(answer(403, QUOTA)).message).toBe(QUOTA);
    for (const body of ['<html>Bad Gateway</html>', '', '[]', 'null', '{"message": 1}']) {
      expect(classify(new ApiException(502, 'x', body, {})).message).toBe('The apiserver answered 502.');
    }
  });

  test('never shows a header', () => {
    const error = answer(500, 'it broke');
    expect(error.message).toContain(TOKEN);
    expect(shown(classify(error))).not.toContain(TOKEN);
  });
});

describe('a call without an answer', () => {
  test.each<[string, unknown, string]>([
    ['nobody listens', fetchFailed('connect ECONNREFUSED 127.0.0.1:6443'), 'connect ECONNREFUSED 127.0.0.1:6443'],
    ['the connection breaks', fetchFailed('read ECONNRESET'), 'read ECONNRESET'],
    ['the certificate is another’s', fetchFailed('self-signed certificate'), 'self-signed certificate'],
    ['the deadline passes', 'The apiserver did not answer in time.', 'did not answer in time'],
  ])('is to be tried again and says why: %s', (_, thrown, reason) => {
    const error = classify(thrown);
    expect(error).toMatchObject({ class: 'transient', reason: 'cluster-failed', status: undefined });
    expect(error.message).toContain(reason);
  });

  test.each([
    new TypeError(`Headers.append: "Bearer ${TOKEN}" is an invalid header value.`),
    new TypeError(`Headers.append: "Bearer eyJ\n${TOKEN}" is an invalid header value.`),
    fetchFailed(`invalid header value "bearer ${TOKEN}"`),
    fetchFailed(`invalid header value "Basic ${TOKEN}"`),
  ])('never shows a header that could not be sent: %#', (error) => {
    expect(classify(error).message).toMatch(/^The apiserver cannot be reached: /);
    expect(shown(classify(error))).not.toContain(TOKEN);
  });
});

test('what was classified once stays as it is', () => {
  const error = new ClusterError('taken', { class: 'conflict', status: 409 });
  expect(classify(error)).toBe(error);
});

function fetchFailed(reason: string): TypeError {
  return new TypeError('fetch failed', { cause: new Error(reason) });
}

/** All that a log could show of an error. */
function shown(error: ClusterError): string {
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
}

describe('a webhook whose name cannot be resolved', () => {
  const says = (port: number): string =>
    `failed calling webhook "rules.example.com": dial tcp: lookup rules.svc on 10.96.0.10:53: read udp 10.0.0.7:${port}->10.96.0.10:53: i/o timeout`;

  test('is told in the same words each time, whichever port it was asked from', () => {
    const [once, again] = [45_123, 50_999].map((port) => classify(answer(500, says(port))).message);
    expect(again).toBe(once);
    expect(once).toContain('read udp 10.0.0.7->10.96.0.10:53: i/o timeout');
  });

  test('is so too where it holds a namespace', () => {
    const condition = { type: 'NamespaceDeletionContentFailure', status: 'True' };
    const [once, again] = [45_123, 50_999].map((port) =>
      conditionsOf({ status: { conditions: [{ ...condition, message: says(port) }] } }),
    );
    expect(again).toEqual(once);
    expect(once).toEqual([expect.stringContaining('lookup rules.svc on 10.96.0.10:53')]);
  });
});
