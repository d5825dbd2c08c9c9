import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { answering } from '../ipc/questions.ts';
import { createLogger } from '../logging/logger.ts';
import { TemplateCatalogue } from '../templates/catalogue.ts';
import { readOwnImages } from '../templates/own-images.ts';
import { createApp } from './app.ts';
import { TokenFile } from './authentication/token-file.ts';
import { readConfiguration } from './configuration.ts';
import { Drain } from './drain.ts';
import { InFlight } from './http/in-flight.ts';
import { UnderWay } from './http/under-way.ts';
import { answerUnreadable } from './http/unreadable.ts';
import { ApiMetrics } from './metrics/metrics.ts';
import { serveMetrics } from './metrics/server.ts';

/** Each takes some memory before anybody knows who it is; beyond so many, more are closed at once. */
const MOST_CONNECTIONS = 10_000;
/** Longer than clients and balancers let one rest: who closes it first must be who would send on it. */
const CONNECTION_RESTS_MS = 75_000;

const configuration = readConfiguration(process.env);
const {
  host,
  port,
  sharePort,
  temporalNamespace: namespace,
  mostCalls,
  limits,
  drainMs,
  metricsListen,
} = configuration;
const log = createLogger(configuration.logLevel);
const connection = Connection.lazy({
  address: configuration.temporalAddress,
  channelArgs: {
    // The library waits for up to two minutes before it looks again for a Temporal that was gone for long.
    'grpc.max_reconnect_backoff_ms': 1000,
    // One that is there and does not answer any more is noticed as well.
    'grpc.keepalive_time_ms': 15_000,
    'grpc.keepalive_timeout_ms': 5000,
  },
});
const client = new Client({ connection, namespace });
const tokens = new TokenFile(configuration.tokensFile);
const templates = new TemplateCatalogue(
  configuration.templatesDirectory,
  await readOwnImages(configuration.imagesFile),
);
await templates.checkAll();

const drain = new Drain();
const inFlight = new InFlight(mostCalls);
const metrics = new ApiMetrics({ inFlight, ofProcess: true });
const metricsServer = metricsListen === undefined ? undefined : await serveMetrics(metrics, metricsListen);
const server = createApp({ client, tokens, templates, log, limits, inFlight, drain, metrics }).listen({
  port,
  host,
  reusePort: sharePort,
});
const underWay = new UnderWay(server);
server.maxConnections = MOST_CONNECTIONS;
server.keepAliveTimeout = CONNECTION_RESTS_MS;
server.on('clientError', answerUnreadable);
await once(server, 'listening');
log.info({ host, port }, 'listening');
answering(process, {
  occupied: () => {
    const { in_flight: count, most } = inFlight.report;
    return Promise.resolve({ count, servers: count / most });
  },
});
process.send?.('ready');

const stop = async (): Promise<void> => {
  if (drain.hasBegun) return;
  log.info({ drainMs }, 'draining');
  await drain.run(server, underWay, drainMs);
  metricsServer?.close();
  metricsServer?.closeAllConnections();
  await connection.close();
  if (process.connected) process.disconnect();
};
// A supervisor that is gone can no longer stop its children.
for (const end of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(end, stop);
