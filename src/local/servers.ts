import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { ClusterError } from '../cluster/errors.ts';
import { SEARCH_ATTRIBUTE_NAMES } from '../workflows/search-attributes.ts';
import { bootstrapCluster, type WorkerAccess } from './bootstrap/bootstrap.ts';
import { readManifests } from './bootstrap/manifests.ts';
import { startControlPlane } from './control-plane/start.ts';
import type { ExistingCluster } from './existing-cluster.ts';
import type { ControlPlanePrograms } from './install/programs.ts';
import type { NodeKind } from './node/kind.ts';
import { nodeObjects, untilNodeServes } from './node/objects.ts';
import { startSimulatedNode } from './node/simulated.ts';
import { prepareNode } from './node/start.ts';
import { choosePorts, LOOPBACK } from './ports.ts';
import type { Supervisor } from './processes/supervisor.ts';
import { REPOSITORY } from './repository.ts';
import { registerSearchAttributes } from './temporal/search-attributes.ts';
import { type DynamicConfig, startTemporal, type TemporalPorts } from './temporal/server.ts';
import { UserError } from './user-error.ts';

/** What the servers are started with. */
export interface ServersOptions {
  readonly supervisor: Supervisor;
  /** Absolute; the caller has made it, and nobody else uses it. */
  readonly stateDirectory: string;
  /** What the embedded Temporal is started from, or the address of an existing one. */
  readonly temporal:
    | { readonly program: string; readonly dynamicConfig?: DynamicConfig | undefined }
    | { readonly address: string };
  /** What the embedded control plane and its node are started from, or an existing cluster. */
  readonly cluster: { readonly programs: ControlPlanePrograms; readonly node: NodeKind } | ExistingCluster;
  /** Whether writes survive the loss of power; tests need not pay for that. @default true */
  readonly durable?: boolean;
}

/** The running servers. */
export interface Servers {
  /** `host:port` */
  readonly temporal: string;
  /** The web UI's URL; undefined for a Temporal that is not ours. */
  readonly temporalUi: string | undefined;
  /** The URL of Temporal's own metrics, as Prometheus reads them; undefined for a Temporal that is not ours. */
  readonly temporalMetrics: string | undefined;
  readonly adminKubeconfig: string;
  readonly workerKubeconfig: string;
  readonly ownershipKeyFile: string;
  /** Which node there is; undefined where the cluster is not ours. */
  readonly node: NodeKind['kind'] | undefined;
  /** The image that proofs send packets from; undefined where the cluster gets the usual one. */
  readonly probeImage: string | undefined;
  /** A file with the images that the node has in place of others; undefined where it has none. */
  readonly imagesFile: string | undefined;
  /** Ends what runs beside the servers' processes, which the supervisor ends. */
  stop(): void;
}

/** Berth's namespace in Temporal. */
export const TEMPORAL_NAMESPACE = 'default';

const MANIFESTS = join(REPOSITORY, 'deploy', 'kubernetes');

/**
 * Starts Temporal and the control plane with its node, side by side, and prepares both for Berth.
 *
 * @throws {@link UserError} when one of them cannot be started
 */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { supervisor, stateDirectory } = options;
  const ports = await choosePorts(join(stateDirectory, 'ports.json'), {
    temporal: undefined,
    temporalUi: undefined,
    temporalMetrics: undefined,
    apiserver: undefined,
  });
  const [temporal, cluster] = await Promise.all([
    prepareTemporal(options, ports),
    'programs' in options.cluster
      ? prepareEmbedded(options, options.cluster.programs, options.cluster.node, ports.apiserver)
      : prepareExisting(options.cluster, stateDirectory, supervisor.signal),
  ]);
  return {
    temporal,
    temporalUi: 'program' in options.temporal ? `http://${LOOPBACK}:${ports.temporalUi}` : undefined,
    temporalMetrics: 'program' in options.temporal ? `http://${LOOPBACK}:${ports.temporalMetrics}/metrics` : undefined,
    adminKubeconfig: cluster.adminKubeconfig,
    workerKubeconfig: cluster.worker.kubeconfig,
    ownershipKeyFile: cluster.worker.ownershipKeyFile,
    node: 'programs' in options.cluster ? options.cluster.node.kind : undefined,
    probeImage: cluster.probeImage,
    imagesFile: cluster.imagesFile,
    stop: cluster.worker.stop,
  };
}

interface PreparedCluster {
  readonly adminKubeconfig: string;
  readonly worker: WorkerAccess;
  readonly imagesFile?: string | undefined;
  readonly probeImage?: string | undefined;
}

async function prepareTemporal({ supervisor, stateDirectory, temporal }: ServersOptions, ports: TemporalPorts) {
  const address =
    'address' in temporal
      ? temporal.address
      : await startTemporal(supervisor, temporal.program, stateDirectory, ports, temporal.dynamicConfig);
  await registerSearchAttributes(address, TEMPORAL_NAMESPACE, SEARCH_ATTRIBUTE_NAMES, supervisor.signal);
  return address;
}

async function prepareEmbedded(
  { supervisor, stateDirectory, durable = true }: ServersOptions,
  programs: ControlPlanePrograms,
  kind: NodeKind,
  port: number,
): Promise<PreparedCluster> {
  const node = kind.kind === 'real' ? await prepareNode(supervisor, stateDirectory, kind) : undefined;
  const network = { address: node?.link.machine.ipv4 ?? LOOPBACK, kubeletClient: node?.apiserver };
  const controlPlane = await startControlPlane({ supervisor, programs, stateDirectory, port, durable, network });
  if (kind.kind === 'simulated') startSimulatedNode(supervisor, kind.kwok, controlPlane);
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(controlPlane.adminKubeconfig);
  const objects = [...(await readManifests(MANIFESTS)), ...(await nodeObjects(kind))];
  const [worker] = await Promise.all([
    bootstrapCluster(kubeConfig, objects, stateDirectory, supervisor.signal),
    node?.join(controlPlane),
  ]);
  await untilNodeServes(kubeConfig, kind.kind, supervisor.signal);
  const stop = (): void => {
    worker.stop();
    node?.stop();
  };
  // The node cannot fetch any image: what developers work in has what proofs need.
  const probeImage = kind.kind === 'real' ? kind.images.workspace.pinned : undefined;
  const { adminKubeconfig } = controlPlane;
  return { adminKubeconfig, worker: { ...worker, stop }, imagesFile: node?.imagesFile, probeImage };
}

async function prepareExisting(
  { kubeConfig, file, server }: ExistingCluster,
  stateDirectory: string,
  signal: AbortSignal,
): Promise<PreparedCluster> {
  try {
    const worker = await bootstrapCluster(kubeConfig, await readManifests(MANIFESTS), stateDirectory, signal);
    return { adminKubeconfig: file, worker };
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    throw new UserError(
      `The cluster at ${server} did not take what Berth needs (${error.message}): check that it can be reached and that you may create namespaces, roles, role bindings and admission policies there.`,
    );
  }
}
