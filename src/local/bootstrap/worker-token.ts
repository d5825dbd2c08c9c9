import { renameSync, writeFileSync } from 'node:fs';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { classify } from '../../cluster/errors.ts';
import { withDeadline } from './deadline.ts';

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
  const body = { spec: { audiences: [], expirationSeconds: REQUESTED_SECONDS } };
  const api = kubeConfig.makeApiClient(CoreV1Api);
  const { status } = await api
    .createNamespacedServiceAccountToken({ name: ACCOUNT, namespace: NAMESPACE, body }, withDeadline)
    .catch((error: unknown) => {
      // The library's own message would quote headers.
      throw classify(error);
    });
  if (status?.token === undefined || status.expirationTimestamp === undefined)
    throw new Error('the apiserver answered a token request without a token');
  writeFileSync(`${file}.new`, status.token, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return status.expirationTimestamp;
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
