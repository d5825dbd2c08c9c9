import { type Client, isGrpcServiceError, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Environment } from '../../environment/environment.ts';
import { workflowId } from '../../environment/identity.ts';
import { lastSleep } from '../../environment/sleep.ts';
import { extendUpdate, sleepUpdate, startUpdate, type Wish, wishSignal } from '../../workflows/messages.ts';
import type { PromptCalls } from '../temporal/prompt-calls.ts';
import type { LifeRecord } from './life-record.ts';
import { awakening } from './start-options.ts';
import { type Deadline, waitUntil } from './wait-until.ts';

const GRPC_NOT_FOUND = 5;

/**
 * A life that goes on, as it was seen, and what may be asked of it. What waits does so until a deadline, and
 * answers `undefined` when that has passed. All who wait for the same share one update.
 */
export class Living {
  readonly #client: Client;
  readonly #calls: PromptCalls;
  readonly #life: LifeRecord;
  readonly #handle: WorkflowHandle;
  readonly #lastSleep: string | undefined;

  constructor(client: Client, calls: PromptCalls, life: LifeRecord) {
    this.#client = client;
    this.#calls = calls;
    this.#life = life;
    this.#handle = client.workflow.getHandle(workflowId(life.environment), life.run);
    this.#lastSleep = lastSleep(life.environment);
  }

  /** Wakes it where it sleeps, and waits until it is ready. */
  awake(deadline: Deadline): Promise<Environment | undefined> {
    const updateId = awakening(this.#life.run, this.#lastSleep);
    return this.#until(deadline, () => this.#handle.executeUpdate(startUpdate, { updateId }));
  }

  /** Puts it to sleep, and waits until it is. */
  asleep(deadline: Deadline): Promise<Environment | undefined> {
    const updateId = this.#nameOf('sleep');
    return this.#until(deadline, () => this.#handle.executeUpdate(sleepUpdate, { updateId }));
  }

  /** Lets it stay awake for longer. Where no worker took that in time it may still come to be. */
  extend(ttl: string, deadline: Deadline): Promise<Environment | undefined> {
    return this.#until(deadline, () => this.#handle.executeUpdate(extendUpdate, { args: [ttl] }));
  }

  /**
   * Leaves word of what is wanted. Temporal keeps that, with or without a worker, and once for all who want the same.
   * @throws WorkflowNotFoundError where the run is over
   */
  async leaveWord(wish: Wish['wish']): Promise<void> {
    const { workflowService, options } = this.#client;
    const { workflowId: id } = this.#handle;
    const { run } = this.#life;
    const word: Wish = { wish, lastSleep: this.#lastSleep };
    await this.#calls.make(async () => {
      try {
        await workflowService.signalWorkflowExecution({
          namespace: options.namespace,
          workflowExecution: { workflowId: id, runId: run },
          signalName: wishSignal.name,
          input: { payloads: [defaultPayloadConverter.toPayload(word)] },
          requestId: this.#nameOf(wish),
          identity: options.identity,
        });
      } catch (error) {
        if (!(isGrpcServiceError(error) && error.code === GRPC_NOT_FOUND)) throw error;
        throw new WorkflowNotFoundError(error.details, id, run);
      }
    });
  }

  #nameOf(wish: Wish['wish']): string {
    return `${wish}-${this.#life.run}-${this.#lastSleep ?? 'first'}`;
  }

  #until<T>(deadline: Deadline, wait: () => Promise<T>): Promise<T | undefined> {
    return waitUntil(this.#client, this.#calls, deadline, wait);
  }
}
