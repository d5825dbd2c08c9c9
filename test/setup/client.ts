import { randomBytes } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import { Client, Connection } from '@temporalio/client';
import { inject, onTestFinished } from 'vitest';
import { issueToken } from '../../src/api/authentication/token-file.ts';
import { type Cluster, connectCluster } from '../../src/cluster/client.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import type { Problem } from '../../src/environment/problem.ts';

/** What the API answered. */
export interface Answer<T = Environment & Problem> {
  status: number;
  headers: Headers;
  body: T;
}

/** A developer whom no other test knows. */
export function someDeveloper(prefix = 'dev'): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`;
}

/** A token that the shared API knows, for an hour. */
export function tokenFor(devId: string): Promise<string> {
  return issueToken(inject('servers').tokensFile, { role: 'developer', dev_id: devId }, { expiresAt: inAnHour() });
}

export function adminToken(): Promise<string> {
  return issueToken(inject('servers').tokensFile, { role: 'admin' }, { expiresAt: inAnHour() });
}

/** Calls the shared API, or the one given. */
export async function call<T = Environment & Problem>(
  token: string | undefined,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; api?: string } = {},
): Promise<Answer<T>> {
  const { body, headers = {}, api = inject('servers').api } = options;
  const response = await fetch(`${api}${path}`, {
    method,
    headers: {
      // Problems name their request: those of one kind are to be alike otherwise.
      'X-Request-Id': 'a-test',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? undefined : JSON.parse(text)) as T,
  };
}

/** Starts an environment, and ends it with the test. */
export async function start(
  token: string,
  request: Identity & Record<string, unknown>,
  headers?: Record<string, string>,
): Promise<Answer> {
  onTestFinished(async () => {
    await terminate(token, request, { Prefer: 'respond-async' });
  });
  return await call(token, 'POST', '/environments/start', { body: request, ...(headers && { headers }) });
}

export function terminate(
  token: string,
  { dev_id, project }: Identity,
  headers: Record<string, string> = {},
  options: { api?: string } = {},
): Promise<Answer> {
  return call(token, 'POST', '/environments/terminate', { body: { dev_id, project }, headers, ...options });
}

export function status(token: string, { dev_id, project }: Identity, options: { api?: string } = {}): Promise<Answer> {
  return call(token, 'GET', `/environments/status?${new URLSearchParams({ dev_id, project })}`, options);
}

/** The shared cluster with an administrator's rights, to look at what the worker did. */
export function adminCluster(): Promise<Cluster> {
  return clusterOf(inject('servers').adminKubeconfig);
}

/** The shared cluster with the worker's rights. */
export function workerCluster(): Promise<Cluster> {
  return clusterOf(inject('servers').workerKubeconfig);
}

/** The shared Temporal. */
export async function temporalClient(): Promise<Client> {
  const connection = await Connection.connect({ address: inject('servers').temporal });
  onTestFinished(() => connection.close());
  return new Client({ connection });
}

async function clusterOf(kubeconfig: string): Promise<Cluster> {
  const cluster = await clusterBy(kubeconfig);
  onTestFinished(() => cluster.close());
  return cluster;
}

/** The cluster of a kubeconfig, to be closed by the caller. */
export function clusterBy(kubeconfig: string): Promise<Cluster> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(kubeconfig);
  return connectCluster(kubeConfig);
}

function inAnHour(): Date {
  return new Date(Date.now() + 3_600_000);
}
