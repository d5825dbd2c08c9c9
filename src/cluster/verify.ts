import type { KubernetesObject } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { ADDITIVE, faultText, kindFaults, labelFault } from './compare.ts';
import { ClusterError } from './errors.ts';
import { allObjects, type DesiredObject } from './objects/desired.ts';
import { readOwn } from './own-namespace.ts';

/** What a verification goes by. */
export interface VerifyOptions {
  /** What to look at. @default everything that the environment consists of */
  desired?: DesiredObject[];
  /** What the apiserver answered to writes of it made just now: each is as good as a read. */
  written?: KubernetesObject[];
  signal?: AbortSignal | undefined;
}

/**
 * Checks what was asked for against what the apiserver now answers: the namespace is ours and restricted, every
 * object is there as specified, and nothing was added that widens network or rights.
 *
 * @throws ClusterError of reason `cluster-failed` that names every difference
 */
export async function verifyEnvironment(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  { desired = allObjects(namespace.name, specification.recipe), written = [], signal }: VerifyOptions = {},
): Promise<void> {
  const ofKind = Map.groupBy(desired, ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  const faults = await Promise.all([
    namespaceFaults(cluster, ownershipKey, namespace, specification, signal),
    ...[...ofKind.values()].map(async (wanted) => {
      const [{ apiVersion, kind }] = wanted as [DesiredObject];
      const known = written.filter((object) => object.apiVersion === apiVersion && object.kind === kind);
      const live =
        known.length === wanted.length && !ADDITIVE.has(kind)
          ? known
          : await cluster.list({ apiVersion, kind }, namespace.name, { signal, notOlderThan: newest(known) });
      return kindFaults(kind, wanted, live).map(faultText);
    }),
  ]);
  const all = faults.flat();
  if (all.length === 0) return;
  throw new ClusterError(`The cluster holds something else than was asked for: ${all.join('; ')}.`, {
    class: 'final',
    reason: 'cluster-failed',
  });
}

/** The latest resource version among objects of one kind: they are numbers that grow (KEP-5504). */
function newest(objects: KubernetesObject[]): string | undefined {
  const versions = objects.map(({ metadata }) => BigInt(metadata?.resourceVersion ?? 0));
  return versions.length === 0 ? undefined : String(versions.reduce((one, other) => (one > other ? one : other)));
}

async function namespaceFaults(
  cluster: Cluster,
  ownershipKey: Buffer,
  namespace: Namespace,
  specification: Specification,
  signal?: AbortSignal,
): Promise<string[]> {
  const { name } = namespace;
  const live = await readOwn(cluster, ownershipKey, namespace, specification, signal);
  if (live === undefined) return [`namespace ${name} is not the one that was made for this environment`];
  if (live.metadata?.deletionTimestamp !== undefined) return [`namespace ${name} is being deleted`];
  const fault = labelFault(live);
  return fault === undefined ? [] : [`namespace ${name} ${fault}`];
}
