import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Leading, Lost, Workflows } from '../activities/workflows.ts';
import type { Environment, State } from '../environment/environment.ts';
import { type Identity, teardownId, workflowId } from '../environment/identity.ts';
import { slotWorkflowId } from '../environment/slot.ts';
import type { Ours } from '../environment/sweep/decide.ts';
import type { EnvironmentWorkflow } from '../workflows/environment.ts';
import { lifeOptions } from '../workflows/life-options.ts';
import { checkSignal, type EnvironmentInput, type EnvironmentMemo } from '../workflows/messages.ts';
import { PRIORITY } from '../workflows/priority.ts';

/** In these, an environment has a namespace and keeps it. */
const SETTLED = ['ready', 'degraded', 'asleep'] as const satisfies State[];

/** The workflows of an installation, as Temporal knows them. */
export class TemporalWorkflows implements Workflows {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async lifeOf(identity: Identity): Promise<Leading | undefined> {
    const id = workflowId(identity);
    const open = await this.#openRun(id);
    if (open === undefined) return undefined;
    // One that was taken up is a run of its own, and goes on with the life of another.
    const { resumed } = await this.#inputOf(id, open.run);
    return { run: resumed?.life.run ?? open.firstRun, environment: open.environment };
  }

  async isOpen(identity: Identity): Promise<boolean> {
    return (await this.#openRun(workflowId(identity))) !== undefined;
  }

  async teardownOf(identity: Identity, run: string): Promise<Pick<Ours, 'teardown' | 'tornDownSince'>> {
    const description = await this.#describe(teardownId(identity, run));
    if (description === undefined) return { teardown: 'none' };
    const { status, startTime } = description;
    return status.name === 'RUNNING' ? { teardown: 'open', tornDownSince: startTime } : { teardown: 'over' };
  }

  async isCanary(run: string): Promise<boolean> {
    const query = `WorkflowType = 'IsolationCanaryWorkflow' AND ExecutionStatus = 'Running'`;
    for await (const { runId } of this.#client.workflow.list({ query })) if (runId === run) return true;
    return false;
  }

  async makerOf(identity: Identity): Promise<Pick<Leading, 'run'> | undefined> {
    const open = await this.#openRun(slotWorkflowId(identity));
    return open && { run: open.firstRun };
  }

  async adopt({ specification, environment, life, namespace }: Lost): Promise<boolean> {
    const options = lifeOptions({ specification, environment, resumed: { life, namespace } });
    try {
      await this.#client.workflow.start<typeof EnvironmentWorkflow>('EnvironmentWorkflow', {
        ...options,
        // They may be many, and nobody waits for them.
        priority: { ...options.priority, priorityKey: PRIORITY.refill },
        workflowIdConflictPolicy: 'FAIL',
      });
      return true;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      // It may be ours: the answer to an earlier try may have been lost.
      return (await this.lifeOf(specification))?.run === life.run;
    }
  }

  async check(identity: Identity): Promise<void> {
    try {
      await this.#client.workflow.getHandle(workflowId(identity)).signal(checkSignal);
    } catch (error) {
      // It has ended meanwhile.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  async *settled(): AsyncGenerator<Environment> {
    const states = SETTLED.map((state) => `'${state}'`).join(', ');
    const query = `WorkflowType = 'EnvironmentWorkflow' AND ExecutionStatus = 'Running' AND BerthState IN (${states})`;
    for await (const { memo } of this.#client.workflow.list({ query })) {
      yield (memo as unknown as EnvironmentMemo).environment;
    }
  }

  async #openRun(id: string): Promise<{ run: string; firstRun: string; environment: Environment } | undefined> {
    const description = await this.#describe(id);
    if (description?.status.name !== 'RUNNING') return undefined;
    const { runId, raw, memo } = description;
    const { environment } = memo as unknown as EnvironmentMemo;
    return { run: runId, firstRun: raw.workflowExecutionInfo?.firstRunId || runId, environment };
  }

  async #describe(id: string): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await this.#client.workflow.getHandle(id).describe();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return undefined;
    }
  }

  async #inputOf(id: string, run: string): Promise<EnvironmentInput> {
    const { history } = await this.#client.workflowService.getWorkflowExecutionHistory({
      namespace: this.#client.options.namespace,
      execution: { workflowId: id, runId: run },
      maximumPageSize: 1,
    });
    const [payload] = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    if (!payload) throw new Error(`The run ${run} of ${id} was started with nothing.`);
    return defaultPayloadConverter.fromPayload<EnvironmentInput>(payload);
  }
}
