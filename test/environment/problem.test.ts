import { describe, expect, test } from 'vitest';
import { isProblemKind, problem } from '../../src/environment/problem.ts';

describe('a problem', () => {
  test('has a stable type, title and status of its kind, and a detail of its own', () => {
    expect(problem('quota-exceeded', 'Ask for less memory.')).toEqual({
      type: 'urn:berth:problem:quota-exceeded',
      title: 'The environment does not fit its quota',
      status: 422,
      detail: 'Ask for less memory.',
    });
  });

  test('says where the request is at fault, where it is', () => {
    const errors = [{ pointer: '/dev_id', detail: 'must be a string' }];
    expect(problem('invalid-request', 'Correct this.', errors).errors).toEqual(errors);
  });

  test.each([
    ['quota-exceeded', 422],
    ['rejected-by-cluster', 422],
    ['cluster-failed', 502],
    ['deadline-exceeded', 502],
    ['not-found', 404],
    ['unauthenticated', 401],
    ['differs-from-running', 409],
    ['too-many-requests', 429],
    ['unavailable', 503],
  ] as const)('%s is answered with %d', (kind, status) => expect(problem(kind, '').status).toBe(status));

  test.each(['', 'other', 'toString', '__proto__', null, undefined])('of the kind %j does not exist', (kind) =>
    expect(isProblemKind(kind)).toBe(false),
  );
});
