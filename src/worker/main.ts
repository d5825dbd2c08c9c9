import { KubeConfig } from '@kubernetes/client-node';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { connectCluster } from '../cluster/client.ts';
import { entranceTo } from '../cluster/kubeconfig.ts';
import { durationMs } from '../environment/duration.ts';
import { readConfiguration } from './configuration.ts';
import { watchDrift } from './drift.ts';
import { watchFailing } from './failing-workflows.ts';
import { keepCanary, keepSweep } from './schedules.ts';
import { createWorkers } from './worker.ts';
import { TemporalWorkflows } from './workflows.ts';

const HOUR_MS = 3_600_000;

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
const { temporalNamespace, ownershipKey, proof, sweepGraceMs } = configuration;
const client = new Client({ connection, namespace: temporalNamespace });
const workflows = new TemporalWorkflows(client);
const drift = watchDrift(kubeConfig, cluster, ownershipKey, client, Runtime.instance());
const slots = { shelf: drift.slots, isWhole: (name: string) => drift.slots.isWhole(name), onClaim: () => undefined };
const dependencies = { cluster, ownershipKey, entrance, proof, workflows, sweepGraceMs, slots };
const workers = await createWorkers(connection, temporalNamespace, dependencies);
const { canaryEvery, sweepEvery } = configuration;
await Promise.all([keepCanary(client, canaryEvery), keepSweep(client, sweepEvery)]);
// Temporal may lose everything while this worker runs, and this schedule with it.
const keepSweeping = async (): Promise<void> =>
  await keepSweep(client, sweepEvery).catch((error) =>
    Runtime.instance().logger.warn('The schedule of the sweep cannot be kept just now, and is tried again.', { error }),
  );
const sweeping = sweepEvery && setInterval(keepSweeping, Math.min(durationMs(sweepEvery), HOUR_MS));
const unwatch = bindAddress === undefined ? undefined : watchFailing(client);

// A supervisor that is gone can no longer stop its children.
const stop = (): void => {
  for (const worker of workers) worker.shutdown();
};
process.once('disconnect', stop);
const stopped = Promise.all(workers.map((worker) => worker.run()));
process.send?.('ready');
await stopped;
unwatch?.();
clearInterval(sweeping);
process.off('disconnect', stop);
drift.stop();
await Promise.all([connection.close(), cluster.close()]);
if (process.connected) process.disconnect();
