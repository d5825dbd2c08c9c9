import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeConfig, KubernetesObject } from '@kubernetes/client-node';
import { connectionTo } from '../../cluster/kubeconfig.ts';
import { withCluster } from '../../cluster/with-cluster.ts';
import { writeKubeconfig } from '../control-plane/kubeconfig.ts';
import { untilWorkerIsConfined } from './confinement.ts';
import { applyAll } from './manifests.ts';
import { keepWorkerTokenFresh, mintWorkerToken } from './worker-token.ts';

/** What a worker needs to reach the cluster, and nothing more. */
export interface WorkerAccess {
  readonly kubeconfig: string;
  /** The key that marks namespaces as Berth's, 32 random bytes in hexadecimal. */
  readonly ownershipKeyFile: string;
  /** Ends the renewal of the worker's token. */
  stop(): void;
}

/**
 * Prepares a cluster as its administrator: the objects that Berth needs, then access for workers under an account of
 * their own, which the cluster confines to the namespaces that Berth makes.
 *
 * @throws ClusterError where the cluster does not take an object
 * @throws {@link UserError} where it does not confine the workers
 */
export async function bootstrapCluster(
  kubeConfig: KubeConfig,
  objects: readonly KubernetesObject[],
  stateDirectory: string,
  signal: AbortSignal,
): Promise<WorkerAccess> {
  await withCluster(kubeConfig, { connections: 4 }, (cluster) => applyAll(cluster, objects, signal));
  const tokenFile = join(stateDirectory, 'worker.token');
  const expires = await mintWorkerToken(kubeConfig, tokenFile);
  const kubeconfig = join(stateDirectory, 'worker.kubeconfig');
  const cluster = kubeConfig.getCurrentCluster();
  if (cluster === null) throw new Error('the kubeconfig names no cluster');
  writeKubeconfig(kubeconfig, { cluster: connectionTo(cluster), user: { tokenFile } });
  await untilWorkerIsConfined(kubeconfig, signal);
  return {
    kubeconfig,
    ownershipKeyFile: ownershipKey(join(stateDirectory, 'ownership.key')),
    stop: keepWorkerTokenFresh(kubeConfig, tokenFile, expires),
  };
}

function ownershipKey(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return file;
}
