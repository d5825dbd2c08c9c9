import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { ApiMetrics } from './metrics.ts';

/**
 * Serves metrics for Prometheus, without a token: on an address of its own, which callers of the API do not reach.
 * @param address as in 0.0.0.0:9464
 */
export async function serveMetrics(metrics: ApiMetrics, address: string): Promise<Server> {
  const server = createServer(async ({ method, url }, response) => {
    if (url?.split('?')[0] !== '/metrics' || method !== 'GET') return void response.writeHead(404).end();
    response.setHeader('Content-Type', metrics.contentType);
    response.end(await metrics.text());
  });
  const separator = address.lastIndexOf(':');
  server.listen(Number(address.slice(separator + 1)), address.slice(0, separator).replace(/^\[(.*)\]$/, '$1'));
  await once(server, 'listening');
  return server;
}
