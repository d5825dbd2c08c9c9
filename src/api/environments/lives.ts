import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowFailedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { AccessRequest, SealedAccess } from '../../environment/access.ts';
import type { Environment } from '../../environment/environment.ts';
import { type Identity, workflowId } from '../../environment/identity.ts';
import { queued, type Specification } from '../../environment/request.ts';
import { summary } from '../../workflows/details.ts';
import type { EnvironmentWorkflow } from '../../workflows/environment.ts';
import { accessUpdate, type EnvironmentMemo, startUpdate, TASK_QUEUE } from '../../workflows/messages.ts';
import { searchAttributesOf } from '../../workflows/search-attributes.ts';
import { PromptCalls } from '../temporal/prompt-calls.ts';
import type { LifeRecord } from './life-record.ts';
import { waitIsOver } from './temporal-errors.ts';

/**
 * The lives of environments, in Temporal's terms: one workflow id an environment, one run a life.
 * What waits does so until a deadline, in milliseconds since the epoch, and answers `undefined` when that has passed.
 */
export class Lives {
  readonly #client: Client;
  readonly #calls: PromptCalls;

  constructor(client: Client, calls = new PromptCalls(client)) {
    this.#client = client;
    this.#calls = calls;
  }

  /** The latest life of an environment; `undefined` where there was none, or Temporal has forgotten it. */
  latest(identity: Identity): Promise<LifeRecord | undefined> {
    return this.#describe(workflowId(identity));
  }

  /** What is being torn down, as the workflow shows it that does it. */
  teardown(id: string): Promise<LifeRecord | undefined> {
    return this.#describe(id);
  }

  /** Starts a life, or joins the one that runs, without waiting for what becomes of it. */
  async begin(specification: Specification): Promise<void> {
    await this.#calls.make(() =>
      this.#client.workflow.start<typeof EnvironmentWorkflow>('EnvironmentWorkflow', startOptions(specification)),
    );
  }

  /**
   * Starts a life, or joins the one that runs, and waits until it is ready.
   * @param previous the run of the life before; all who start after the same one share one update
   */
  beginAndAwait(
    specification: Specification,
    previous: string | undefined,
    deadline: number,
  ): Promise<Environment | undefined> {
    const startWorkflowOperation = new WithStartWorkflowOperation<typeof EnvironmentWorkflow>(
      'EnvironmentWorkflow',
      startOptions(specification),
    );
    const options = { updateId: updateId(previous), startWorkflowOperation };
    return this.#until(deadline, () => this.#client.workflow.executeUpdateWithStart(startUpdate, options));
  }

  /** Waits until a life that runs is ready. All who wait share one update. */
  joinAndAwait(identity: Identity, run: string, deadline: number): Promise<Environment | undefined> {
    const handle = this.#client.workflow.getHandle(workflowId(identity), run);
    return this.#until(deadline, () => handle.executeUpdate(startUpdate, { updateId: updateId(run) }));
  }

  /** Asks the life that runs for access, each time anew. */
  grantAccess(identity: Identity, asked: AccessRequest, deadline: number): Promise<SealedAccess | undefined> {
    const handle = this.#client.workflow.getHandle(workflowId(identity));
    return this.#until(deadline, () => handle.executeUpdate(accessUpdate, { args: [asked] }));
  }

  /** Asks for the end of a life. Temporal keeps that, and shows it at once, with or without a worker. */
  async end(identity: Identity, run: string): Promise<void> {
    const handle = this.#client.workflow.getHandle(workflowId(identity), run);
    await this.#calls.make(() => handle.cancel());
  }

  /** Waits until a run has closed. How it closed is in its memo. */
  async closed(id: string, run: string | undefined, deadline: number): Promise<boolean> {
    const handle = this.#client.workflow.getHandle(id, run);
    const closed = await this.#until(deadline, async () => {
      try {
        await handle.result();
      } catch (error) {
        if (!(error instanceof WorkflowFailedError)) throw error;
      }
      return true;
    });
    return closed ?? false;
  }

  /** A page of environments by Temporal's own query, and the token of the page after it. */
  async list(query: string, pageSize: number, page?: Uint8Array): Promise<{ found: Environment[]; next: Uint8Array }> {
    const { executions, nextPageToken } = await this.#calls.make(() =>
      this.#client.workflowService.listWorkflowExecutions({
        namespace: this.#client.options.namespace,
        query,
        pageSize,
        ...(page !== undefined && { nextPageToken: page }),
      }),
    );
    const found = executions.flatMap(({ memo }) => {
      const payload = memo?.fields?.environment;
      return payload ? [defaultPayloadConverter.fromPayload<Environment>(payload)] : [];
    });
    return { found, next: nextPageToken ?? new Uint8Array() };
  }

  async #describe(id: string): Promise<LifeRecord | undefined> {
    const handle = this.#client.workflow.getHandle(id);
    const description = await this.#calls.make(() => handle.describe()).catch(unlessNotFound);
    if (description === undefined) return undefined;
    const { environment, teardown } = description.memo as unknown as EnvironmentMemo;
    const isOpen = description.status.name === 'RUNNING';
    const isEnding = description.raw.workflowExtendedInfo?.cancelRequested === true;
    return { run: description.runId, isOpen, isEnding, environment, teardown };
  }

  async #until<T>(deadline: number, wait: () => Promise<T>): Promise<T | undefined> {
    if (deadline <= Date.now()) return undefined;
    try {
      return await this.#calls.counted(() => this.#client.withDeadline(deadline, wait));
    } catch (error) {
      if (waitIsOver(error)) return undefined;
      throw error;
    }
  }
}

function updateId(run = 'none'): string {
  return `start-${run}`;
}

function startOptions(
  specification: Specification,
): WorkflowStartOptions<typeof EnvironmentWorkflow> & { workflowIdConflictPolicy: 'USE_EXISTING' } {
  const environment = queued(specification, new Date());
  return {
    workflowId: workflowId(specification),
    taskQueue: TASK_QUEUE,
    args: [{ specification, environment }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    memo: { environment } satisfies EnvironmentMemo,
    typedSearchAttributes: searchAttributesOf(environment),
    staticSummary: summary(specification, specification.template.name),
  };
}

function unlessNotFound(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
