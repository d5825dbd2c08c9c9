import type { KubernetesObject, V1Namespace } from '@kubernetes/client-node';
import type { Finding, Mending } from '../environment/drift.ts';
import type { Environment } from '../environment/environment.ts';
import type { Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import { type Cluster, FIELD_MANAGER, type Reference } from './client.ts';
import { ADDITIVE, correctionOf, type Fault, kindFaults, labelFault } from './compare.ts';
import { ClusterError } from './errors.ts';
import { allObjects } from './objects/desired.ts';
import { namespaceObject } from './objects/namespace.ts';
import { readNamespace } from './own-namespace.ts';
import { isOurs } from './ownership.ts';
import { recallLater } from './recall.ts';

/** Where and what to mend. */
export interface MendOptions {
  namespace: Namespace;
  specification: Specification;
  /** As its workflow knows it. */
  environment: Environment;
  /** Is told of each change as it is made. */
  onChange?: (finding: Finding, about: Reference) => Promise<void>;
  signal?: AbortSignal | undefined;
}

/**
 * Brings an environment back to what it should be: what adds to its guards goes first, then all is restored in the order
 * in which it is built. What differs is changed in place, so that nothing is lost by that. Then it is looked at again.
 *
 * Where its namespace remembers something later than its workflow knows, nothing is done: that may be asleep to the one,
 * and in use to the other.
 *
 * @throws ClusterError where it cannot be looked at
 */
export async function mend(cluster: Cluster, ownershipKey: Buffer, options: MendOptions): Promise<Mending> {
  const { namespace, specification, environment, signal } = options;
  const live = await readNamespace(cluster, namespace.name, signal);
  const gone: Mending = { isThere: false, findings: [], isPassing: false };
  if (live?.metadata?.uid !== namespace.uid || live.metadata.deletionTimestamp !== undefined) return gone;
  if (!isOurs(ownershipKey, live, specification)) return { ...gone, isThere: true, findings: [unmarked(namespace)] };
  const later = recallLater(ownershipKey, live, environment);
  if (later !== undefined) return { ...gone, isThere: true, later };
  const findings: Finding[] = [];
  const refusals = new Map<string, ClusterError>();
  const refused: Fault[] = [];
  for (const group of inOrder(await faultsOf(cluster, live, options))) {
    await Promise.all(
      group.map(async (fault) => {
        try {
          await restore(cluster, fault, signal);
          findings.push(await tell(fault, options));
        } catch (error) {
          if (!(error instanceof ClusterError)) throw error;
          refusals.set(objectOf(fault), error);
          refused.push(fault);
        }
      }),
    );
  }
  if (findings.length === 0 && refusals.size === 0) return { isThere: true, findings, isPassing: false };
  const left = await whatIsLeft(cluster, live, options).catch((error: unknown) => {
    if (!(error instanceof ClusterError)) throw error;
    // What was done must be told: whoever looks again finds nothing of it.
    return refused;
  });
  // Who deletes again what was just restored is told of by the watches, and met as who keeps doing so.
  const stays = left.filter((fault) => refusals.has(objectOf(fault)) || !(isAdded(fault) || fault.live === undefined));
  const hopeless = stays.filter((fault) => refusals.get(objectOf(fault))?.class === 'final');
  const notRestored = stays.map((fault) => unrestorable(fault, refusals.get(objectOf(fault))));
  const restored = findings.filter(({ object }) => !notRestored.some((other) => other.object === object));
  return { isThere: true, findings: [...restored, ...notRestored], isPassing: hopeless.length === 0 };
}

/** Whether somebody added it. A namespace is never added: of it only labels are desired. */
function isAdded({ kind, desired }: Fault): boolean {
  return desired === undefined && kind !== 'Namespace';
}

async function whatIsLeft(cluster: Cluster, live: V1Namespace, options: MendOptions): Promise<Fault[]> {
  const now = await readNamespace(cluster, options.namespace.name, options.signal);
  return await faultsOf(cluster, now ?? live, options);
}

/** All that is otherwise than it should be, in the order in which it is built. */
async function faultsOf(
  cluster: Cluster,
  live: V1Namespace,
  { namespace: { name }, specification, environment, signal }: MendOptions,
): Promise<Fault[]> {
  const fault = labelFault(live);
  const asleep = environment.state === 'asleep';
  const ofKind = Map.groupBy(allObjects(name, specification.recipe, { asleep }), ({ apiVersion, kind }) =>
    JSON.stringify({ apiVersion, kind }),
  );
  const faults = await Promise.all(
    [...ofKind].map(async ([text, desired]) => {
      const type = JSON.parse(text) as { apiVersion: string; kind: string };
      const found = await cluster.list(type, name, { signal });
      // The items of a list do not say what they are.
      return kindFaults(
        type.kind,
        desired,
        found.map((object) => ({ ...object, ...type })),
      );
    }),
  );
  const ofNamespace = { kind: 'Namespace', name, live: { ...live, apiVersion: 'v1', kind: 'Namespace' } };
  return [...(fault === undefined ? [] : [{ ...ofNamespace, fault }]), ...faults.flat()];
}

/** Pods find their guards restored before themselves; and what opens them is closed before anything else. */
function inOrder(faults: Fault[]): Fault[][] {
  const added = faults.filter(isAdded);
  const pods = faults.filter(({ kind }) => kind === 'Deployment');
  const rest = faults.filter((fault) => !added.includes(fault) && !pods.includes(fault));
  return [added, rest, pods];
}

async function restore(cluster: Cluster, { kind, name, desired, live }: Fault, signal?: AbortSignal): Promise<void> {
  const { metadata: { uid = '', namespace = '' } = {}, apiVersion = '' } = live ?? {};
  const reference = { apiVersion, kind, metadata: { name, namespace } };
  if (kind === 'Namespace')
    return cluster.merge(
      { apiVersion, kind, metadata: { name, labels: namespaceObject(name).metadata?.labels ?? {} } },
      uid,
      signal,
    );
  if (desired === undefined) return await cluster.delete(reference, uid, signal);
  if (live === undefined) return void (await cluster.ensure(desired, signal));
  try {
    await cluster.merge(correctionOf(desired, live), uid, signal);
  } catch (error) {
    // Such as the role of a binding, which cannot be changed. Nothing is lost by making these anew.
    if (!(error instanceof ClusterError && error.class === 'final' && ADDITIVE.has(kind))) throw error;
    await cluster.delete(reference, uid, signal);
    await cluster.ensure(desired, signal);
  }
}

async function tell(fault: Fault, { namespace, onChange }: MendOptions): Promise<Finding> {
  const { kind, name, desired, live } = fault;
  const what = isAdded(fault) ? 'removed' : 'restored';
  const message = `it ${past(fault.fault)}${changedBy(live)}${lossOf(fault)}`;
  const finding: Finding = { object: objectOf(fault), what, message };
  const apiVersion = (desired ?? live)?.apiVersion ?? '';
  await onChange?.(finding, { apiVersion, kind, metadata: { name, namespace: namespace.name } });
  return finding;
}

function unrestorable(fault: Fault, refusal: ClusterError | undefined): Finding {
  const why = refusal?.message ?? 'it was changed again at once';
  return { object: objectOf(fault), what: 'not restored', message: `it ${fault.fault}: ${why}` };
}

function unmarked({ name }: Namespace): Finding {
  const message = 'it does not bear the mark of this environment any more: nothing in it is changed';
  return { object: `Namespace ${name}`, what: 'not restored', message };
}

function objectOf({ kind, name }: Fault): string {
  return `${kind} ${name}`;
}

function past(fault: string): string {
  return fault.replace(/^is /, 'was ').replace(/^differs /, 'differed ');
}

/** By what it was changed last, as the cluster notes it: an operator recognises their own hand. */
function changedBy(live: KubernetesObject | undefined): string {
  const others = (live?.metadata?.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== FIELD_MANAGER && subresource === undefined,
  );
  const latest = others.toSorted((one, other) => Number(one.time ?? 0) - Number(other.time ?? 0)).at(-1);
  return latest?.manager === undefined ? '' : ` (changed by ${latest.manager})`;
}

function lossOf({ kind, live }: Fault): string {
  return kind === 'PersistentVolumeClaim' && live === undefined ? '; its volume is a new one, and empty' : '';
}
