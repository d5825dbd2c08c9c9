// The floor, and other designs of what a start does: each a workflow that works, and tells whoever waits that it is done.
import {
  condition,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { Life, Namespace } from '../../src/environment/life.ts';
import type { Specification } from '../../src/environment/request.ts';

/** The steps of an isolation, joined and apart. */
export interface DesignActivities {
  nothing(): Promise<void>;
  isolate(specification: Specification, life: Life): Promise<Namespace>;
  createNamespace(specification: Specification, life: Life): Promise<Namespace>;
  /** What the apiserver answered goes through the history, so that the verification need not read it again. */
  applyGuards(specification: Specification, namespace: Namespace): Promise<object[]>;
  verify(specification: Specification, namespace: Namespace, written: object[]): Promise<void>;
}

const options = { startToCloseTimeout: '30s' } as const;
const local = proxyLocalActivities<DesignActivities>(options);
const regular = proxyActivities<DesignActivities>(options);

/** Waits until the work is done. */
export const doneUpdate = defineUpdate<void>('done');

/** The least that a durable start costs: an update-with-start and one local activity. */
export function FloorWorkflow(): Promise<void> {
  return doing(() => local.nothing());
}

export function OneLocalWorkflow(specification: Specification): Promise<void> {
  return doing(() => local.isolate(specification, life()));
}

export function ThreeLocalWorkflow(specification: Specification): Promise<void> {
  return doing(() => apart(local, specification));
}

export function OneRegularWorkflow(specification: Specification): Promise<void> {
  return doing(() => regular.isolate(specification, life()));
}

export function ThreeRegularWorkflow(specification: Specification): Promise<void> {
  return doing(() => apart(regular, specification));
}

async function apart(activities: DesignActivities, specification: Specification): Promise<void> {
  const namespace = await activities.createNamespace(specification, life());
  const written = await activities.applyGuards(specification, namespace);
  await activities.verify(specification, namespace, written);
}

function life(): Life {
  const { runId } = workflowInfo();
  return { run: runId, nonce: runId };
}

async function doing(work: () => Promise<unknown>): Promise<void> {
  let isDone = false;
  setHandler(doneUpdate, () => condition(() => isDone));
  await work();
  isDone = true;
  await condition(() => false, '1h');
}
