import type {
  KubernetesObject,
  V1Deployment,
  V1Namespace,
  V1PersistentVolumeClaim,
  V1Pod,
} from '@kubernetes/client-node';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { vi } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { ANNOTATION } from '../../src/cluster/ownership.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { EnvironmentWorkflow } from '../../src/workflows/environment.ts';
import { startUpdate } from '../../src/workflows/messages.ts';
import { adminCluster, someDeveloper, temporalClient } from './client.ts';
import { beginLife, shownBy, specification } from './lives.ts';

const PATIENCE = { timeout: 60_000, interval: 100 };
const CLAIMS = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

/** What of an environment must outlive its sleep. */
const KEPT = [
  CLAIMS,
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'LimitRange' },
  { apiVersion: 'v1', kind: 'ResourceQuota' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
];

/** An environment that is ready, with what it takes to look at it. */
export interface Sleeper {
  client: Client;
  cluster: Cluster;
  life: WorkflowHandle<typeof EnvironmentWorkflow>;
  namespace: string;
  /** The name of its one volume; empty where it has none. */
  volume: string;
}

/** Begins the life of an environment that is to sleep, and waits until it is ready. */
export async function sleeper(
  { retain = '7d', ...changes }: { ttl: string; retain?: string; deadline?: string },
  template = 'default',
  developer = someDeveloper(),
): Promise<Sleeper> {
  const [client, cluster] = [await temporalClient(), await adminCluster()];
  const { recipe } = await specification(developer, template);
  const { ttl, deadline = recipe.deadline } = changes;
  const lifetime = { ...recipe.lifetime, retain };
  const life = await beginLife(
    client,
    await specification(developer, template, { ttl, recipe: { lifetime, deadline } }),
  );
  const { namespace } = await life.executeUpdate(startUpdate);
  if (namespace === null) throw new Error('What is ready has a namespace.');
  return { client, cluster, life, namespace, volume: await boundVolume(cluster, namespace) };
}

/** Waits until an environment is asleep, without waking it by asking. */
export function fallenAsleep(client: Client, id: string): Promise<Environment> {
  return vi.waitFor(async () => {
    const { environment } = await shownBy(client, id);
    if (environment.state !== 'asleep') throw new Error(`It is ${environment.state}.`);
    return environment;
  }, PATIENCE);
}

/** All that must outlive a sleep, by kind, name and uid, with the marks of its namespace; not that it slept. */
export async function keptIn(cluster: Cluster, namespace: string): Promise<unknown> {
  const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  const { uid, labels, annotations = {} } = (await cluster.read<V1Namespace>(reference))?.metadata ?? {};
  const { [ANNOTATION.environment]: _, ...marks } = annotations;
  const objects = await Promise.all(
    KEPT.map(async ({ apiVersion, kind }) => {
      const live = await cluster.list<KubernetesObject>({ apiVersion, kind }, namespace);
      return live.map(({ metadata }) => `${kind} ${metadata?.name} ${metadata?.uid}`);
    }),
  );
  const volume = await boundVolume(cluster, namespace);
  return { uid, labels, marks, volume, objects: objects.flat().sort() };
}

/** The pods that run, by name. */
export async function running(cluster: Cluster, namespace: string): Promise<(string | undefined)[]> {
  const pods = await cluster.list<V1Pod>({ apiVersion: 'v1', kind: 'Pod' }, namespace);
  return pods.filter(({ status }) => status?.phase === 'Running').map(({ metadata }) => metadata?.name);
}

/** The volume that the first claim of a namespace is bound to; empty where there is none. */
export async function boundVolume(cluster: Cluster, namespace: string): Promise<string> {
  const [claim] = await cluster.list<V1PersistentVolumeClaim>(CLAIMS, namespace);
  return claim?.spec?.volumeName ?? '';
}

/** A pod as a developer would run it, within what the environments' Pod Security allows. */
export function aPod(namespace: string): V1Pod & { apiVersion: string; kind: string } {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'own', namespace }, spec: podSpec };
}

/** What a developer runs besides the template's workload: two pods. */
export function aDeployment(namespace: string) {
  const labels = { app: 'own' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'own', namespace },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
  } satisfies V1Deployment;
}

const podSpec = {
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'own',
      image: 'registry.example/own:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};
