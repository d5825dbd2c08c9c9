import { join } from 'node:path';
import type { KubeConfig, KubernetesObject, V1Deployment, V1Node } from '@kubernetes/client-node';
import type { Cluster } from '../../cluster/client.ts';
import { withCluster } from '../../cluster/with-cluster.ts';
import { readManifest } from '../bootstrap/manifests.ts';
import { waitUntil } from '../readiness.ts';
import { REPOSITORY } from '../repository.ts';
import type { NodeKind } from './kind.ts';
import { NODE_NAME } from './name.ts';
import { SIMULATED_NODE } from './simulated.ts';

const REAL_NODE = join(REPOSITORY, 'tools', 'node');
const STORAGE_CLASS = join(REAL_NODE, 'storage-class.yaml');
const NODE_NAMES = { real: NODE_NAME, simulated: 'simulated' } as const;

/** What a node needs in the cluster: the objects of its own directory under tools/. */
export async function nodeObjects(node: NodeKind): Promise<KubernetesObject[]> {
  const files =
    node.kind === 'real'
      ? ['access.yaml', 'dns.yaml'].map((file) => join(REAL_NODE, file))
      : [join(SIMULATED_NODE, 'node.yaml')];
  const manifests = await Promise.all([STORAGE_CLASS, ...files].map(readManifest));
  const objects = manifests.flat();
  return node.kind === 'real' ? objects.map((object) => withDnsImage(object, node.images.coredns.name)) : objects;
}

function withDnsImage(object: KubernetesObject, image: string): KubernetesObject {
  if (object.kind !== 'Deployment') return object;
  const filled = structuredClone(object) as V1Deployment;
  for (const container of filled.spec?.template.spec?.containers ?? []) container.image = image;
  return filled as KubernetesObject;
}

/**
 * Waits until the node takes pods, and until names resolve where it is a real one. The other kind of node, of a former
 * start, goes: pods would wait on it for ever.
 */
export async function untilNodeServes(kubeConfig: KubeConfig, kind: keyof typeof NODE_NAMES, signal: AbortSignal) {
  await withCluster(kubeConfig, { connections: 1 }, async (cluster) => {
    await removeNode(cluster, NODE_NAMES[kind === 'real' ? 'simulated' : 'real']);
    await waitUntil('the node', () => isReady(cluster, NODE_NAMES[kind]), { signal });
    if (kind === 'real') await waitUntil('the DNS of the cluster', () => hasDns(cluster), { signal });
  });
}

async function removeNode(cluster: Cluster, name: string): Promise<void> {
  const reference = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  const uid = (await cluster.read(reference))?.metadata?.uid;
  if (uid !== undefined) await cluster.delete(reference, uid);
}

async function isReady(cluster: Cluster, name: string): Promise<boolean> {
  const node = await cluster.read<V1Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  const tainted = node?.spec?.taints?.some(({ effect }) => effect !== 'PreferNoSchedule') === true;
  const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
  return ready && !tainted;
}

async function hasDns(cluster: Cluster): Promise<boolean> {
  const reference = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system' },
  };
  const deployment = await cluster.read<V1Deployment>(reference);
  return (deployment?.status?.availableReplicas ?? 0) > 0;
}
