import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { Drain } from '../../src/api/drain.ts';
import { UnderWay } from '../../src/api/http/under-way.ts';

/** Less than a request that never ends would take. */
const ENDED_MS = 10_000;

it('a server that drains answers what it has taken and ends: nobody holds it up who waits, rests or only has a connection', async () => {
  const drain = new Drain();
  const server = createServer(async ({ url }, response) => {
    if (url === '/waits') await once(drain.waitsEnd, 'abort');
    response.end(url);
  });
  const underWay = new UnderWay(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  const silent = connect(port, '127.0.0.1');
  onTestFinished(() => void silent.destroy());
  await once(silent, 'connect');
  const rests = await ask('/rests');
  const taken = once(server, 'request');
  const waits = ask('/waits');
  await taken;

  const began = performance.now();
  const drained = drain.run(server, underWay, 100);
  const late = await ask('/late');
  await drained;

  expect(performance.now() - began).toBeLessThan(ENDED_MS);
  expect(rests.headers.get('Connection')).toBe('keep-alive');
  for (const answer of [late, await waits]) expect(answer.headers.get('Connection')).toBe('close');
  expect(await (await waits).text()).toBe('/waits');
  await expect(ask('/gone')).rejects.toThrow();
});
