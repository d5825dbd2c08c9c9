import type { KubernetesObject, V1Namespace } from '@kubernetes/client-node';
import { type Fault, kindFaults, labelFault } from '../compare.ts';
import { allObjects } from '../objects/desired.ts';
import type { Remembered } from '../recall.ts';
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
  const ofKind = Map.groupBy(desired, ({ kind }) => kind);
  return [
    ...(fault === undefined ? [] : [{ ...itself, fault }]),
    ...KINDS.flatMap(({ kind }) => kindFaults(kind, ofKind.get(kind) ?? [], of(kind))),
  ];
}
