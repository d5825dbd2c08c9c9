import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig, type KubernetesObject } from '@kubernetes/client-node';
import { bootstrapCluster } from './bootstrap/bootstrap.ts';
import { readManifest, readManifests } from './bootstrap/manifests.ts';
import { startControlPlane } from './control-plane/start.ts';
import type { Programs } from './install/programs.ts';
import { choosePorts, LOOPBACK } from './ports.ts';
import type { Supervisor } from './processes/supervisor.ts';
import { REPOSITORY } from './repository.ts';
import { registerSearchAttributes } from './temporal/search-attributes.ts';
import { startTemporal } from './temporal/server.ts';

/** What the servers are started with. */
export interface ServersOptions {
  readonly supervisor: Supervisor;
  /** Absolute; the caller has made it, and nobody else uses it. */
  readonly stateDirectory: string;
  readonly programs: Programs;
  /** A cluster to use instead of the embedded control plane. */
  readonly cluster?: ExistingCluster | undefined;
  /** The address of a Temporal server to use instead of the embedded one. */
  readonly temporal?: string | undefined;
  /** Whether writes survive the loss of power; tests need not pay for that. @default true */
  readonly durable?: boolean;
}

/** A cluster of the user's. */
export interface ExistingCluster {
  readonly kubeConfig: KubeConfig;
  /** Where it was read from. */
  readonly kubeconfigFile: string;
}

/** The running servers. */
export interface Servers {
  /** `host:port` */
  readonly temporal: string;
  /** The web UI's URL; undefined for a Temporal that is not ours. */
  readonly temporalUi: string | undefined;
  readonly adminKubeconfig: string;
  readonly workerKubeconfig: string;
  readonly ownershipKeyFile: string;
  /** Ends what runs beside the servers' processes, which the supervisor ends. */
  stop(): void;
}

/** Berth's namespace in Temporal. */
export const TEMPORAL_NAMESPACE = 'default';

const simulatedNode = join(REPOSITORY, 'tools', 'kwok');

/**
 * Starts Temporal and the control plane with its simulated node, side by side, and prepares both for Berth.
 *
 * @throws {@link UserError} when one of them cannot be started
 */
export async function startServers(options: ServersOptions): Promise<Servers> {
  const { supervisor, stateDirectory, programs, cluster, temporal, durable = true } = options;
  const ports = await choosePorts(join(stateDirectory, 'ports.json'), {
    temporal: undefined,
    temporalUi: undefined,
    apiserver: undefined,
  });

  const startingTemporal = async (): Promise<string> => {
    const address = temporal ?? (await startTemporal(supervisor, programs.temporal, stateDirectory, ports));
    await registerSearchAttributes(address, TEMPORAL_NAMESPACE, await searchAttributeNames(), supervisor.signal);
    return address;
  };
  const startingCluster = async () => {
    const stages = join(simulatedNode, 'stages.yaml');
    const adminKubeconfig =
      cluster?.kubeconfigFile ??
      (await startControlPlane({ supervisor, programs, stateDirectory, port: ports.apiserver, durable, stages }));
    const kubeConfig = cluster?.kubeConfig ?? loadKubeconfig(adminKubeconfig);
    const objects = await bootstrapObjects(cluster === undefined);
    return { adminKubeconfig, worker: await bootstrapCluster(kubeConfig, objects, stateDirectory, supervisor.signal) };
  };

  const [address, { adminKubeconfig, worker }] = await Promise.all([startingTemporal(), startingCluster()]);
  return {
    temporal: address,
    temporalUi: temporal === undefined ? `http://${LOOPBACK}:${ports.temporalUi}` : undefined,
    adminKubeconfig,
    workerKubeconfig: worker.kubeconfig,
    ownershipKeyFile: worker.ownershipKeyFile,
    stop: worker.stop,
  };
}

function loadKubeconfig(file: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(file);
  return kubeConfig;
}

async function bootstrapObjects(embedded: boolean): Promise<KubernetesObject[]> {
  const berth = await readManifests(join(REPOSITORY, 'deploy', 'kubernetes'));
  if (!embedded) return berth;
  const local = ['node.yaml', 'storage-class.yaml'].map((file) => readManifest(join(simulatedNode, file)));
  return [...berth, ...(await Promise.all(local)).flat()];
}

// TEMPORARY until src/workflows/search-attributes.ts has landed.
async function searchAttributeNames(): Promise<string[]> {
  const file = join(REPOSITORY, 'src', 'workflows', 'search-attributes.ts');
  if (existsSync(file)) return ((await import(file)) as { SEARCH_ATTRIBUTE_NAMES: string[] }).SEARCH_ATTRIBUTE_NAMES;
  return ['BerthDeveloper', 'BerthProject', 'BerthTemplate', 'BerthState', 'BerthNamespace'];
}
