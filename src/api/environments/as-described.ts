import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { heldUpByDefect } from '../../environment/defect.ts';
import type { Environment } from '../../environment/environment.ts';
import type { EnvironmentMemo } from '../../workflows/messages.ts';
import { FAILING, FAILS } from '../../workflows/search-attributes.ts';
import type { LifeRecord } from './life-record.ts';

type Listed = NonNullable<WorkflowExecutionDescription['raw']['workflowExecutionInfo']>;

/**
 * A worker that dies in the middle of a task makes it fail once or twice. While no worker runs, none fails. A task that
 * fails begins again at once, and from then on after the 10 s that Temporal gives each.
 */
const MOST_ATTEMPTS = 3;

/** What Temporal says of what fails its tasks one after the other; nothing, where it does not, or is not told to say so. */
function problemsOf(info: Listed | null | undefined): string[] | undefined {
  const payload = info?.searchAttributes?.indexedFields?.[FAILING];
  return payload ? defaultPayloadConverter.fromPayload<string[]>(payload) : undefined;
}

/** Since when a workflow fails one attempt after the other at the same task: RFC 3339, or `undefined` where it does not. */
function failingSinceOf(raw: WorkflowExecutionDescription['raw']): string | undefined {
  const { pendingWorkflowTask: task, workflowExecutionInfo: info } = raw;
  if ((task?.attempt ?? 1) <= MOST_ATTEMPTS || problemsOf(info)?.includes(FAILS) === false) return undefined;
  const seconds = Number(task?.originalScheduledTime?.seconds ?? 0);
  return new Date(seconds * 1000).toISOString();
}

/** A life, from what Temporal describes its workflow as. */
export function lifeIn({ memo, status, raw, runId: run }: WorkflowExecutionDescription): LifeRecord {
  const { environment, teardown } = memo as unknown as EnvironmentMemo;
  const isEnding = raw.workflowExtendedInfo?.cancelRequested === true;
  const life = raw.workflowExecutionInfo?.firstRunId || run;
  return {
    life,
    run,
    isOpen: status.name === 'RUNNING',
    isEnding,
    environment,
    failingSince: failingSinceOf(raw),
    teardown,
  };
}

/** The environment of a workflow that Temporal lists; none, where that shows none. */
export function environmentsIn(listed: Listed): Environment[] {
  const payload = listed.memo?.fields?.environment;
  if (!payload) return [];
  const environment = defaultPayloadConverter.fromPayload<Environment>(payload);
  return [problemsOf(listed)?.includes(FAILS) ? heldUpByDefect(environment) : environment];
}
