import type { Client } from '@temporalio/client';
import { type Environment, isOver } from '../../src/environment/environment.ts';
import { workflowId } from '../../src/environment/identity.ts';
import type { EnvironmentMemo } from '../../src/workflows/messages.ts';

/** What a Temporal namespace knows of the lives of some developers' environments. */
export interface RecordedLives {
  /** The runs that go on, also those that are nobody's. */
  readonly openRuns: string[];
  /** The lives that came to their end: ready, or over with nothing to be undone any more. */
  readonly completed: string[];
}

/** Names one life of an environment. */
export function lifeName(environment: Environment): string {
  return `${workflowId(environment)} since ${environment.created_at}`;
}

/**
 * Reads the runs of a Temporal namespace. Its lists lag a moment behind: ask again before it counts.
 * @param developers what the names of the developers begin with
 * @param isShared whether the runs that are nobody's are left out
 */
export async function recordedLives(client: Client, developers: string, isShared = false): Promise<RecordedLives> {
  const openRuns: string[] = [];
  const completed = new Set<string>();
  const ended = new Map<string, Environment>();
  const handedOver = new Map<string, Environment>();
  for await (const { workflowId: id, type, status, memo } of client.workflow.list()) {
    const [kind, developer] = id.split('/');
    const isSomebodys = isShared || ['environment', 'teardown'].includes(kind ?? '');
    if (isSomebodys && !developer?.startsWith(developers)) continue;
    const { environment, teardown } = memo as unknown as EnvironmentMemo;
    if (status.name === 'RUNNING') openRuns.push(id);
    if (type === 'TeardownWorkflow' && status.name === 'COMPLETED') ended.set(id, environment);
    if (type !== 'EnvironmentWorkflow') continue;
    if (isOver(environment.state) || environment.state === 'ready') completed.add(lifeName(environment));
    else if (teardown !== undefined && status.name === 'COMPLETED') handedOver.set(teardown, environment);
  }
  for (const [teardown, environment] of handedOver) if (ended.has(teardown)) completed.add(lifeName(environment));
  return { openRuns: openRuns.sort(), completed: [...completed].sort() };
}
