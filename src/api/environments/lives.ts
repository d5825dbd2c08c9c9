import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { AccessRequest, SealedAccess } from '../../environment/access.ts';
import type { Environment } from '../../environment/environment.ts';
import { type Identity, workflowId } from '../../environment/identity.ts';
import type { Specification } from '../../environment/request.ts';
import type { EnvironmentWorkflow } from '../../workflows/environment.ts';
import { accessUpdate, type EnvironmentMemo, startUpdate } from '../../workflows/messages.ts';
import { PromptCalls } from '../temporal/prompt-calls.ts';
import type { LifeRecord } from './life-record.ts';
import { Living } from './living.ts';
import { startId, startOptions } from './start-options.ts';
import { waitUntil } from './wait-until.ts';

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
    const options = { updateId: startId(previous), startWorkflowOperation };
    return this.#until(deadline, () => this.#client.workflow.executeUpdateWithStart(startUpdate, options));
  }

  /** A life that goes on, to be asked for something. */
  living(life: LifeRecord): Living {
    return new Living(this.#client, this.#calls, life);
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

  #until<T>(deadline: number, wait: () => Promise<T>): Promise<T | undefined> {
    return waitUntil(this.#client, this.#calls, deadline, wait);
  }
}

function unlessNotFound(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
