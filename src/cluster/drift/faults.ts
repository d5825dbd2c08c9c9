import type { KubernetesObject, V1Deployment, V1Namespace } from '@kubernetes/client-node';
import { type Fault, kindFaults, labelFault } from '../compare.ts';
import { allObjects, type DesiredObject } from '../objects/desired.ts';
import type { Remembered } from '../recall.ts';
import type { SeenSlot } from '../slots/seen-slot.ts';
import { KINDS } from './kinds.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' };

/**
 * What in an environment is otherwise than its namespace remembers that it should be. What was never ready is still being
 * built, and has no faults yet.
 * @param of the objects of a kind in the namespace
 */
export function faultsIn(
  { metadata }: V1Namespace,
  { specification, environment }: Remembered,
  of: (kind: string) => readonly KubernetesObject[],
): Fault[] {
  const { name = '', deletionTimestamp } = metadata ?? {};
  if (environment === undefined) return [];
  // Its version too: what is done to it once more is something new.
  const itself = { kind: 'Namespace', name, live: { ...NAMESPACE, metadata: metadata ?? {} } };
  if (deletionTimestamp !== undefined) return [{ ...itself, fault: 'is being deleted' }];
  const fault = labelFault({ metadata: metadata ?? {} });
  const desired = allObjects(name, specification.recipe, { asleep: environment.state === 'asleep' });
  return [...(fault === undefined ? [] : [{ ...itself, fault }]), ...objectFaults(desired, of)];
}

/** Whether all that a slot consists of is there as it should be, and its pods are available. */
export function isWholeSlot(
  { namespace: { name }, specification: { recipe } }: SeenSlot,
  of: (kind: string) => readonly KubernetesObject[],
): boolean {
  const live = new Map(
    of('Deployment').map((one: V1Deployment) => [one.metadata?.name, one.status?.availableReplicas]),
  );
  const runs = Object.entries(recipe.workload.pods).every(([pod, { replicas }]) => (live.get(pod) ?? 0) >= replicas);
  return runs && objectFaults(allObjects(name, recipe), of).length === 0;
}

function objectFaults(desired: DesiredObject[], of: (kind: string) => readonly KubernetesObject[]): Fault[] {
  const ofKind = Map.groupBy(desired, ({ kind }) => kind);
  return KINDS.flatMap(({ kind }) => kindFaults(kind, ofKind.get(kind) ?? [], of(kind)));
}
