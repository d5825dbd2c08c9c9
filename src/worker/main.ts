import { KubeConfig } from '@kubernetes/client-node';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { connectCluster } from '../cluster/client.ts';
import { entranceTo } from '../cluster/kubeconfig.ts';
import { keepCanary } from './canary-schedule.ts';
import { readConfiguration } from './configuration.ts';
import { watchDrift } from './drift.ts';
import { createWorker } from './worker.ts';

const configuration = await readConfiguration(process.env);
const { metricsListen: bindAddress } = configuration;
Runtime.install({
  logger: new DefaultLogger('WARN'),
  shutdownSignals: ['SIGINT', 'SIGTERM'],
  ...(bindAddress !== undefined && { telemetryOptions: { metrics: { prometheus: { bindAddress } } } }),
});

const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();
if (configuration.context !== undefined) kubeConfig.setCurrentContext(configuration.context);
const cluster = await connectCluster(kubeConfig);
const own = kubeConfig.getCurrentCluster();
if (own === null) throw new Error('The kubeconfig names no cluster: set its current-context.');
const entrance = entranceTo(own, configuration.entrance);
const connection = await NativeConnection.connect({ address: configuration.temporalAddress });
const { ownershipKey, temporalNamespace, proof } = configuration;
const worker = await createWorker(connection, temporalNamespace, { cluster, ownershipKey, entrance, proof });
const client = new Client({ connection, namespace: temporalNamespace });
await keepCanary(client, configuration.canaryEvery);
const drift = watchDrift(kubeConfig, cluster, ownershipKey, client, Runtime.instance());

// A supervisor that is gone can no longer stop its children.
const stop = (): void => worker.shutdown();
process.once('disconnect', stop);
const stopped = worker.run();
process.send?.('ready');
await stopped;
process.off('disconnect', stop);
drift.stop();
await Promise.all([connection.close(), cluster.close()]);
if (process.connected) process.disconnect();
