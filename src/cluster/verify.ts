import type { KubernetesObject } from '@kubernetes/client-node';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { firstDifference } from './difference.ts';
import { ClusterError } from './errors.ts';
import { type DesiredObject, desiredObjects } from './objects/desired.ts';
import { namespaceObject } from './objects/namespace.ts';
import { readOwn } from './own-namespace.ts';

/** Of these one more than desired would open what the others close: they add up. */
const ADDITIVE = new Set(['NetworkPolicy', 'RoleBinding']);
/** To these the apiserver adds nothing of its own, so that whatever else they hold was changed by somebody. */
const EXACT = new Set(['NetworkPolicy', 'RoleBinding', 'ResourceQuota', 'LimitRange']);

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
  { desired = allObjects(namespace, specification), written = [], signal }: VerifyOptions = {},
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
      return kindFaults(kind, wanted, live);
    }),
  ]);
  const all = faults.flat();
  if (all.length === 0) return;
  throw new ClusterError(`The cluster holds something else than was asked for: ${all.join('; ')}.`, {
    class: 'final',
    reason: 'cluster-failed',
  });
}

function allObjects({ name }: Namespace, { recipe }: Specification): DesiredObject[] {
  const { guards, workload } = desiredObjects(name, recipe);
  return [...guards, ...workload].flat();
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
  const difference = firstDifference(namespaceObject(name, {}).metadata?.labels, live.metadata?.labels);
  return difference === undefined ? [] : [`namespace ${name} differs in label ${difference}`];
}

/** What of one kind is missing, different, or too much. */
export function kindFaults(kind: string, desired: DesiredObject[], live: KubernetesObject[]): string[] {
  const liveByName = new Map(live.map((object) => [object.metadata?.name, object]));
  const faults = desired.flatMap((object) => {
    const { name } = object.metadata;
    const actual = liveByName.get(name);
    liveByName.delete(name);
    if (actual === undefined) return [`${kind} ${name} is missing`];
    const [wanted, found] = [contentOf(object), contentOf(actual)];
    const difference = firstDifference(wanted, found) ?? (EXACT.has(kind) ? firstDifference(found, wanted) : undefined);
    return difference === undefined ? [] : [`${kind} ${name} differs in ${difference}`];
  });
  if (!ADDITIVE.has(kind)) return faults;
  return [...faults, ...[...liveByName.keys()].map((name) => `${kind} ${name} was not asked for`)];
}

/** What an object says, apart from what it is called and how it fares. */
function contentOf(object: KubernetesObject & { status?: unknown }): object {
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...content } = object;
  return content;
}
