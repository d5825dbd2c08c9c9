import {
  type Client,
  WithStartWorkflowOperation,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Abandonment } from '../../environment/abandonment.ts';
import type { AccessRequest, SealedAccess } from '../../environment/access.ts';
import type { Environment } from '../../environment/environment.ts';
import { type Identity, workflowId } from '../../environment/identity.ts';
import type { Specification } from '../../environment/request.ts';
import type { EnvironmentWorkflow } from '../../workflows/environment.ts';
import { abandonUpdate, accessUpdate, startUpdate } from '../../workflows/messages.ts';
import { PromptCalls } from '../temporal/prompt-calls.ts';
import { environmentsIn, lifeIn } from './as-described.ts';
import type { LifeRecord } from './life-record.ts';
import { Living } from './living.ts';
import { beginningAfter, startOptions } from './start-options.ts';
import { type Deadline, waitUntil } from './wait-until.ts';

/**
 * The lives of environments, in Temporal's terms: one workflow id an environment, one run a life.
 * What waits does so until a deadline, and answers `undefined` when that has passed.
 */
export class Lives {
  readonly #client: Client;
  readonly #calls: PromptCalls;

  constructor(client: Client, calls = new PromptCalls(client)) {
    this.#client = client;
    this.#calls = calls;
  }

  /**
   * The latest life of an environment, or the one that a run leads or led; `undefined` where there was none, or Temporal
   * has forgotten it.
   */
  latest(identity: Identity, run?: string): Promise<LifeRecord | undefined> {
    return this.#describe(workflowId(identity), run);
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
    deadline: Deadline,
  ): Promise<Environment | undefined> {
    const [options, updateId] = [startOptions(specification), beginningAfter(previous)];
    return this.#until(deadline, () => {
      const startWorkflowOperation = new WithStartWorkflowOperation<typeof EnvironmentWorkflow>(
        'EnvironmentWorkflow',
        options,
      );
      return this.#client.workflow.executeUpdateWithStart(startUpdate, { updateId, startWorkflowOperation });
    });
  }

  /** A life that goes on, to be asked for something. */
  living(life: LifeRecord): Living {
    return new Living(this.#client, this.#calls, life);
  }

  /** Asks the life that runs for access, each time anew. */
  grantAccess(identity: Identity, asked: AccessRequest, deadline: Deadline): Promise<SealedAccess | undefined> {
    const handle = this.#client.workflow.getHandle(workflowId(identity));
    return this.#until(deadline, () => handle.executeUpdate(accessUpdate, { args: [asked] }));
  }

  /** Asks for the end of a life. Temporal keeps that, and shows it at once, with or without a worker. */
  async end(identity: Identity, run: string): Promise<void> {
    const handle = this.#client.workflow.getHandle(workflowId(identity), run);
    await this.#calls.make(() => handle.cancel());
  }

  /** The workflows that tear down lives of an environment now: more than one where it was started again meanwhile. */
  async teardownsOf({ dev_id, project }: Identity): Promise<string[]> {
    // Neither can contain a quote: see IDENTIFIER.
    const query = `WorkflowId STARTS_WITH 'teardown/${dev_id}/${project}/' AND ExecutionStatus = 'Running'`;
    return await this.#calls.make(async () => {
      const ids: string[] = [];
      for await (const { workflowId: id } of this.#client.workflow.list({ query })) ids.push(id);
      return ids;
    });
  }

  /** Has a teardown end though something is left. */
  abandon(
    teardown: string,
    asked: Pick<Abandonment, 'by' | 'reason'>,
    deadline: Deadline,
  ): Promise<Abandonment | undefined> {
    const handle = this.#client.workflow.getHandle(teardown);
    return this.#until(deadline, () => handle.executeUpdate(abandonUpdate, { args: [asked] }));
  }

  /** Waits until a run has closed. How it closed is in its memo. */
  async closed(id: string, run: string | undefined, deadline: Deadline): Promise<boolean> {
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
    return { found: executions.flatMap(environmentsIn), next: nextPageToken ?? new Uint8Array() };
  }

  async #describe(id: string, run?: string): Promise<LifeRecord | undefined> {
    const handle = this.#client.workflow.getHandle(id, run);
    const description = await this.#calls.make(() => handle.describe()).catch(unlessNotFound);
    return description && lifeIn(description);
  }

  #until<T>(deadline: Deadline, wait: () => Promise<T>): Promise<T | undefined> {
    return waitUntil(this.#client, this.#calls, deadline, wait);
  }
}

function unlessNotFound(error: unknown): undefined {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}
