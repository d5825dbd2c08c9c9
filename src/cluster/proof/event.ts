import { randomUUID } from 'node:crypto';
import { type EventsV1Event, V1MicroTime } from '@kubernetes/client-node';
import type { Cluster } from '../client.ts';

/** Where Berth's own parts live: see deploy/kubernetes/roles.yaml. */
const SYSTEM = 'berth-system';
/** The longest note that the apiserver takes, in bytes; everything here is ASCII but for what a cluster says. */
const LONGEST_NOTE = 1000;

/** What is wrong, what was being done by whom, and what to do about it. */
export interface Warning {
  reason: 'IsolationNotEnforced' | 'SweepStopped' | 'TeardownAbandoned';
  action: 'Proof' | 'Sweep' | 'Abandon';
  note: string;
  /** The workflow that found it. */
  instance: string;
}

/** Tells the operators of the cluster, where they look: as a warning among the events of Berth's own namespace. */
export async function warnOperators(
  cluster: Cluster,
  { reason, action, note, instance }: Warning,
  signal?: AbortSignal,
): Promise<void> {
  const event: EventsV1Event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `berth-worker.${randomUUID()}`, namespace: SYSTEM },
    type: 'Warning',
    reason,
    note: note.slice(0, LONGEST_NOTE),
    action,
    eventTime: new V1MicroTime(),
    regarding: { apiVersion: 'v1', kind: 'ServiceAccount', name: 'berth-worker', namespace: SYSTEM },
    reportingController: 'berth.dev/worker',
    reportingInstance: instance,
  };
  await cluster.create(event, signal);
}
