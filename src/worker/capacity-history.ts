import { type Client, type WorkflowExecutionInfo, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { CapacityHistory, Ended, Remembered, Underway } from '../activities/capacity/history.ts';
import type { Execution } from '../capacity/making.ts';
import type { Environment } from '../environment/environment.ts';
import type { Specification } from '../environment/request.ts';
import { capacityMemory } from '../temporal/capacity-memory.ts';
import type { EnvironmentMemo, SlotInput } from '../workflows/messages.ts';

/** What workflows have done, as Temporal lists it. */
export class TemporalCapacityHistory implements CapacityHistory {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  remembered(): Promise<Remembered> {
    return capacityMemory(this.#client);
  }

  async *startedSince(moment: Date): AsyncGenerator<Environment> {
    const query = `WorkflowType = 'EnvironmentWorkflow' AND StartTime >= '${moment.toISOString()}'`;
    for await (const { memo } of this.#list(query)) yield environmentIn(memo);
  }

  async *madeSince(moment: Date): AsyncGenerator<Ended> {
    const query = `WorkflowType = 'SlotWorkflow' AND CloseTime >= '${moment.toISOString()}'`;
    for await (const { workflowId, runId, status, startTime, closeTime, memo } of this.#list(query)) {
      // What somebody has ended says nothing of its template.
      if (closeTime === undefined || !['COMPLETED', 'FAILED'].includes(status.name)) continue;
      const { dev_id, project, template, problem } = environmentIn(memo);
      yield {
        dev_id,
        project,
        template: template.name,
        digest: template.digest,
        endedAtMs: closeTime.getTime(),
        tookMs: closeTime.getTime() - startTime.getTime(),
        by: { workflowId, runId },
        ...(status.name === 'FAILED' && { failure: problem?.detail ?? 'the cause is unknown' }),
      };
    }
  }

  async *underway(): AsyncGenerator<Underway> {
    const query = `WorkflowType = 'SlotWorkflow' AND ExecutionStatus = 'Running'`;
    for await (const { memo, startTime } of this.#list(query)) {
      const { dev_id, project, template } = environmentIn(memo);
      yield { dev_id, project, template, startedAt: startTime };
    }
  }

  async madeOf({ workflowId, runId }: Execution): Promise<Specification | undefined> {
    try {
      const { events } = await this.#client.workflow.getHandle(workflowId, runId).fetchHistory();
      const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
      return payload && defaultPayloadConverter.fromPayload<SlotInput>(payload).specification;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return undefined;
    }
  }

  #list(query: string): AsyncIterable<WorkflowExecutionInfo> {
    return this.#client.workflow.list({ query });
  }
}

function environmentIn(memo: WorkflowExecutionInfo['memo']): Environment {
  return (memo as unknown as EnvironmentMemo).environment;
}
