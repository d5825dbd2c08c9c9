import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, it, onTestFinished } from 'vitest';

/** As long as some clients let a connection rest that they use again. */
const RESTS_MS = 8000;

it('a connection that rested is there for the next request: its client does not meet a server that just closes it', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const health = async () => {
    const asked = request(`${inject('servers').api}/health`, { agent }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    return { body: await text(answer), port: asked.socket?.localPort, isReused: asked.reusedSocket };
  };
  const first = await health();
  await sleep(RESTS_MS);
  expect(await health()).toEqual({ ...first, isReused: true });
});
