import { Client } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { connectCluster } from '../cluster/client.ts';
import { entranceTo } from '../cluster/kubeconfig.ts';
import { answering } from '../ipc/questions.ts';
import { createLogger } from '../logging/logger.ts';
import { TemplateCatalogue } from '../templates/catalogue.ts';
import { readOwnImages } from '../templates/own-images.ts';
import { HEARTBEAT_MS } from '../temporal/worker-heartbeats.ts';
import { TemporalCapacityHistory } from './capacity-history.ts';
import { readConfiguration } from './configuration.ts';
import { watchDrift } from './drift.ts';
import { watchFailing } from './failing-workflows.ts';
import { keepSchedules } from './keep-schedules.ts';
import { readKubeConfig } from './kube-config.ts';
import { sdkLogger } from './logger.ts';
import { BUCKETS } from './metrics/buckets.ts';
import { countClaims } from './metrics/claims.ts';
import { countCalls } from './metrics/cluster-calls.ts';
import { keepLooking } from './metrics/looks.ts';
import { refillBy } from './refill.ts';
import { scalingBy } from './scaling/scaling.ts';
import { slotsOf } from './scaling/slots-in-use.ts';
import { watchSlots } from './slots-seen.ts';
import { createWorkers } from './worker.ts';
import { TemporalWorkflows } from './workflows.ts';

/** Half as many as people's calls have, for each kind of work that is done for nobody: people come first. */
const CONNECTIONS_BESIDE_PEOPLE = 8;

const configuration = await readConfiguration(process.env);
const { metricsListen: bindAddress, logLevel, ownershipKey } = configuration;
const prometheus = bindAddress === undefined ? undefined : { bindAddress, histogramBucketOverrides: BUCKETS };
Runtime.install({
  logger: sdkLogger(createLogger(logLevel, [ownershipKey.toString('hex'), ownershipKey.toString('base64')])),
  shutdownSignals: ['SIGINT', 'SIGTERM'],
  // By what all workers have in hand, one of them may scale them.
  workerHeartbeatInterval: HEARTBEAT_MS,
  // What the SDK's native part says is logged as all else is.
  telemetryOptions: { logging: { forward: {} }, ...(prometheus !== undefined && { metrics: { prometheus } }) },
});
const { metricMeter } = Runtime.instance();

const { kubeConfig, cluster: own } = readKubeConfig(configuration.context);
const cluster = await connectCluster(kubeConfig, { onCall: countCalls(metricMeter, 'people') });
const besidePeople = (purpose: 'refills' | 'housekeeping') =>
  connectCluster(kubeConfig, { connections: CONNECTIONS_BESIDE_PEOPLE, onCall: countCalls(metricMeter, purpose) });
const [refillCluster, houseCluster] = await Promise.all([besidePeople('refills'), besidePeople('housekeeping')]);
const entrance = entranceTo(own, configuration.entrance);
const connection = await NativeConnection.connect({ address: configuration.temporalAddress });
const { temporalNamespace, proof, sweepGraceMs } = configuration;
const client = new Client({ connection, namespace: temporalNamespace });
const workflows = new TemporalWorkflows(client);
const drift = watchDrift(kubeConfig, cluster, ownershipKey, client, Runtime.instance());
const isWhole = (name: string) => drift.slots.isWhole(name);
const planSoon = refillBy(client);
const slots = countClaims(metricMeter, { shelf: drift.slots, isWhole, onClaim: planSoon });
const history = new TemporalCapacityHistory(client);
const { templatesDirectory, imagesFile } = configuration;
const templates = new TemplateCatalogue(templatesDirectory, await readOwnImages(imagesFile));
const scaling = scalingBy(configuration.scale, { client, cluster: houseCluster, planSoon });
const seen = { workflows, history, slots, scaling };
const dependencies = { cluster, ownershipKey, entrance, proof, sweepGraceMs, templates, ...seen };
const workers = await createWorkers(connection, temporalNamespace, {
  forPeople: dependencies,
  forRefills: { ...dependencies, cluster: refillCluster },
  forHousekeeping: { ...dependencies, cluster: houseCluster },
});
const { canaryEvery, sweepEvery, pools } = configuration;
const isPlanned = scaling !== undefined;
const keepNoMore = await keepSchedules(client, { canaryEvery, sweepEvery, pools, isPlanned });
const lookedAt = { clusters: { people: cluster, refills: refillCluster, housekeeping: houseCluster }, watcher: drift };
const looks =
  bindAddress === undefined ? [] : [watchSlots(drift.slots), watchFailing(client), keepLooking(metricMeter, lookedAt)];

// A supervisor that is gone can no longer stop its children.
const stop = (): void => {
  // One that was told to end already must not be told again.
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
};
process.once('disconnect', stop);
const [forPeople] = workers;
if (forPeople) answering(process, { occupied: () => Promise.resolve(slotsOf(forPeople)) });
const stopped = Promise.all(workers.map((worker) => worker.run()));
process.send?.('ready');
await stopped;
for (const lookNoMore of looks) lookNoMore();
keepNoMore();
process.off('disconnect', stop);
drift.stop();
await Promise.all([connection.close(), cluster.close(), refillCluster.close(), houseCluster.close()]);
if (process.connected) process.disconnect();
