import type { Context, Next } from 'koa';
import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../src/api/admission/refusal.ts';
import { InFlight } from '../../src/api/http/in-flight.ts';

/** A server that does something for three callers at once. */
function server() {
  const refused: Refusal[] = [];
  const inFlight = new InFlight(3);
  const middleware = inFlight.bounded((reason) => refused.push(reason));
  const call = async (method: string, next: Next): Promise<void> => {
    await middleware({ method } as Context, next);
  };
  return { refused, call, inFlight };
}

describe('of those who are served at once', () => {
  it.each(['GET', 'HEAD', 'POST'])(
    'there are so many with %s, and who comes beyond that is told when to come back',
    async (method) => {
      const { refused, call } = server();
      const { promise: done, resolve: finish } = Promise.withResolvers<void>();
      const served = Array.from({ length: 3 }, () => call(method, () => done));

      const beyond = call(method, () => Promise.resolve());

      await expect(beyond).rejects.toMatchObject({
        problem: { status: 503 },
        headers: { 'Retry-After': expect.stringMatching(/^[1-5]$/) },
      });
      expect(refused).toEqual([method === 'POST' ? 'most-calls' : 'most-looks']);
      finish();
      await Promise.all(served);
      await call(method, () => Promise.resolve());
    },
  );

  it('those who wait keep nobody from looking, and are what is in hand: looks are none of it', async () => {
    const { refused, call, inFlight } = server();
    const { promise: done, resolve: finish } = Promise.withResolvers<void>();
    const served = Array.from({ length: 3 }, () => call('POST', () => done));

    for (const method of ['GET', 'HEAD'])
      await call(method, () => {
        expect(inFlight.report).toEqual({ in_flight: 3, most: 3 });
        return Promise.resolve();
      });

    finish();
    await Promise.all(served);
    expect(refused).toEqual([]);
  });

  it('one that fails makes room as well', async () => {
    const { call } = server();
    for (let time = 0; time < 10; time++)
      await expect(call('POST', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });
});
