import { renameSync, writeFileSync } from 'node:fs';
import type { KubeConfig } from '@kubernetes/client-node';
import { withCluster } from '../../cluster/with-cluster.ts';

const NAMESPACE = 'berth-system';
const ACCOUNT = 'berth-worker';
const REQUESTED_SECONDS = 24 * 60 * 60;

/**
 * Mints a token for the workers' service account and writes it where only its owner can read it.
 *
 * @returns when the token expires
 * @throws ClusterError when the apiserver refuses
 */
export async function mintWorkerToken(kubeConfig: KubeConfig, file: string): Promise<Date> {
  const { token, expiresAt } = await withCluster(kubeConfig, { connections: 1 }, (cluster) =>
    cluster.mintToken(ACCOUNT, NAMESPACE, REQUESTED_SECONDS),
  );
  writeFileSync(`${file}.new`, token, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return expiresAt;
}

/**
 * Renews the workers' token at two thirds of its life for as long as the process runs; a failed renewal is tried again
 * every minute.
 *
 * @returns a function that ends it
 */
export function keepWorkerTokenFresh(kubeConfig: KubeConfig, file: string, expires: Date): () => void {
  let timer: NodeJS.Timeout;
  const schedule = (at: Date): void => {
    const delayMs = Math.max(((at.getTime() - Date.now()) * 2) / 3, 60_000);
    timer = setTimeout(() => void renew(at), delayMs);
    timer.unref();
  };
  const renew = async (before: Date): Promise<void> => {
    schedule(await mintWorkerToken(kubeConfig, file).catch(() => before));
  };
  schedule(expires);
  return () => clearTimeout(timer);
}
