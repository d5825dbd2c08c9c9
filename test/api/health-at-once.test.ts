import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Drain } from '../../src/api/drain.ts';
import { healthRoutes } from '../../src/api/health/routes.ts';
import { InFlight } from '../../src/api/http/in-flight.ts';
import { PromptCalls } from '../../src/api/temporal/prompt-calls.ts';
import { temporalClient } from '../setup/client.ts';

const CALLERS = 50;

it('many who ask for health at once, which needs no token, are one question to Temporal', async () => {
  const client = await temporalClient();
  const { promise: allCame, resolve } = Promise.withResolvers<void>();
  const { workflowService } = client;
  const ask = workflowService.describeTaskQueue.bind(workflowService);
  const asked = vi.spyOn(workflowService, 'describeTaskQueue').mockImplementation(async (request: object) => {
    await allCame;
    return await ask(request);
  });
  const server = new Koa()
    .use(healthRoutes(client, new PromptCalls(client), { drain: new Drain(), inFlight: new InFlight(1) }).routes())
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  let came = 0;
  server.on('request', () => {
    if (++came === CALLERS) resolve();
  });

  const { port } = server.address() as AddressInfo;
  const answers = await Promise.all(Array.from({ length: CALLERS }, () => fetch(`http://127.0.0.1:${port}/health`)));

  for (const answer of answers) expect(await answer.json()).toMatchObject({ temporal: 'reachable' });
  expect(asked).toHaveBeenCalledTimes(1);
});
