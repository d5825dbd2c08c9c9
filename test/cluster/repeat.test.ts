import { describe, expect, it } from 'vitest';
import { ClusterError } from '../../src/cluster/errors.ts';
import { repeated } from '../../src/cluster/repeat.ts';

const UNAVAILABLE = new ClusterError('etcdserver: request timed out', { class: 'transient', status: 503 });
const BUSY = new ClusterError('Too many requests', { class: 'throttled', status: 429, retryAfterMs: 1000 });

describe('a call that the apiserver cannot do just now', () => {
  it('is made twice again', async () => {
    const { call, made } = failing(UNAVAILABLE, UNAVAILABLE);

    await expect(repeated(call)).resolves.toBe('done');
    expect(made()).toBe(3);
  });

  it('fails after that, with what the apiserver said last', async () => {
    const { call, made } = failing(UNAVAILABLE, UNAVAILABLE, BUSY, UNAVAILABLE);

    await expect(repeated(call)).rejects.toBe(BUSY);
    expect(made()).toBe(3);
  });

  it('is not made again before its Retry-After', async () => {
    const begun = performance.now();

    await repeated(failing(BUSY).call);

    expect(performance.now() - begun).toBeGreaterThanOrEqual(990);
  });

  it.for([
    ['that wants a longer wait', new ClusterError('Busy', { class: 'throttled', status: 503, retryAfterMs: 1001 })],
    ['by which it is decided', new ClusterError('Forbidden', { class: 'final', status: 403 })],
    ['that tells of another one', new ClusterError('It exists', { class: 'conflict', status: 409 })],
    ['that never came', new ClusterError('It cannot be reached', { class: 'transient' })],
    ['that is none of the apiserver’s', new Error('a defect')],
  ] as const)('is left to its caller after an answer %s', async ([, error]) => {
    const { call, made } = failing(error);

    await expect(repeated(call)).rejects.toBe(error);
    expect(made()).toBe(1);
  });

  it('is not waited for by a caller who gives up', async () => {
    const caller = new AbortController();
    const { call } = failing(BUSY, BUSY);
    const begun = performance.now();

    const repeating = repeated(call, caller.signal);
    caller.abort();

    await repeating;
    expect(performance.now() - begun).toBeLessThan(900);
  });
});

/** A call that fails with each of these in turn, and is done then. */
function failing(...errors: Error[]) {
  let made = 0;
  const call = (): Promise<string> => {
    const error = errors[made++];
    return error === undefined ? Promise.resolve('done') : Promise.reject(error);
  };
  return { call, made: () => made };
}
