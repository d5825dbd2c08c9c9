import { readFile } from 'node:fs/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { inject, onTestFinished } from 'vitest';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import type { Identity } from '../../src/environment/identity.ts';
import type { Problem } from '../../src/environment/problem.ts';
import { type Answer, call } from './client.ts';

/** What a request for access is answered with. */
export interface AccessAnswer {
  kubeconfig: string;
  namespace: string;
  expires_at: string;
}

/** Asks for access to an environment. */
export function askForAccess(
  token: string,
  request: Identity & { expires_in?: string },
  options: { api?: string } = {},
): Promise<Answer<AccessAnswer & Problem>> {
  return call(token, 'POST', '/environments/kubeconfig', { body: request, ...options });
}

/** The key with which the workers mark what is theirs. */
export async function ownershipKey(): Promise<Buffer> {
  return Buffer.from((await readFile(inject('servers').ownershipKeyFile, 'utf8')).trim(), 'hex');
}

/** The cluster with the rights of whoever a kubeconfig was made for. */
export async function clusterWith(kubeconfig: string): Promise<Cluster> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(kubeconfig);
  const cluster = await connectCluster(kubeConfig);
  onTestFinished(() => cluster.close());
  return cluster;
}

/** The token in a kubeconfig. */
export function tokenIn(kubeconfig: string): string {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(kubeconfig);
  return kubeConfig.getCurrentUser()?.token ?? '';
}
