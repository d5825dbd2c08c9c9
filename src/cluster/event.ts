import { randomUUID } from 'node:crypto';
import { type EventsV1Event, V1MicroTime } from '@kubernetes/client-node';
import type { Cluster, Reference } from './client.ts';

/** Where Berth's own parts live: see deploy/kubernetes/roles.yaml. */
const SYSTEM = 'berth-system';
/** The longest note that the apiserver takes, in bytes; everything here is ASCII but for what a cluster says. */
const LONGEST_NOTE = 1000;

/** What is told to whoever looks at the events of a namespace. */
export interface Told {
  /** In one word, such as `DriftRestored`. */
  reason: string;
  note: string;
  /** What Berth was doing. */
  action: string;
  /** What it is about; the event stands in the same namespace. */
  regarding: Reference;
}

/** Tells something as a warning among the events of a namespace. */
export async function warn(cluster: Cluster, told: Told, instance: string, signal?: AbortSignal): Promise<void> {
  const { note, regarding, ...kind } = told;
  const { apiVersion, kind: regardingKind, metadata } = regarding;
  const event: EventsV1Event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `berth-worker.${randomUUID()}`, namespace: metadata.namespace ?? SYSTEM },
    type: 'Warning',
    ...kind,
    note: note.slice(0, LONGEST_NOTE),
    eventTime: new V1MicroTime(),
    regarding: { apiVersion, kind: regardingKind, ...metadata },
    reportingController: 'berth.dev/worker',
    reportingInstance: instance,
  };
  await cluster.create(event, signal);
}

/** Tells the operators of the cluster, where they look: among the events of Berth's own namespace. */
export function warnOperators(
  cluster: Cluster,
  told: Omit<Told, 'regarding'>,
  instance: string,
  signal?: AbortSignal,
): Promise<void> {
  const worker = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'berth-worker', namespace: SYSTEM } };
  return warn(cluster, { ...told, regarding: worker }, instance, signal);
}
