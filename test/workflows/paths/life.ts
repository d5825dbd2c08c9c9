import { WithStartWorkflowOperation, type WorkflowHandle, type WorkflowStartOptions } from '@temporalio/client';
import type { SealedAccess } from '../../../src/environment/access.ts';
import type { Environment, State } from '../../../src/environment/environment.ts';
import { workflowId } from '../../../src/environment/identity.ts';
import { queued } from '../../../src/environment/queued.ts';
import type { Specification } from '../../../src/environment/request.ts';
import { makeOneTimeKey } from '../../../src/environment/sealing.ts';
import { lastSleep } from '../../../src/environment/sleep.ts';
import type { EnvironmentWorkflow } from '../../../src/workflows/environment.ts';
import {
  accessUpdate,
  type EnvironmentInput,
  type EnvironmentMemo,
  extendUpdate,
  sleepUpdate,
  startUpdate,
  TASK_QUEUE,
  type Wish,
  wishSignal,
} from '../../../src/workflows/messages.ts';
import { searchAttributesOf } from '../../../src/workflows/search-attributes.ts';
import { eventsOf } from './history-file.ts';
import type { Stage } from './stage.ts';
import { trailOf } from './trail.ts';
import { until } from './until.ts';

/** How a life may begin otherwise than most do. */
export interface Beginning {
  /** No worker sees it sooner, as if none ran. */
  startDelay?: `${number}s`;
  /** It goes on from an earlier run. */
  resumed?: Required<Pick<EnvironmentInput, 'environment' | 'resumed'>>;
}

/** One life of an environment, begun, joined and ended as the API does it. */
export class Life {
  readonly #stage: Stage;
  readonly #id: string;
  readonly #run: string;

  private constructor(stage: Stage, id: string, run: string) {
    this.#stage = stage;
    this.#id = id;
    this.#run = run;
  }

  /** Begins a life without waiting for what becomes of it. */
  static async begin(stage: Stage, asked: Specification, beginning: Beginning = {}): Promise<Life> {
    const options = startOptions(asked, beginning);
    const handle = await stage.client.workflow.start<typeof EnvironmentWorkflow>('EnvironmentWorkflow', options);
    return new Life(stage, handle.workflowId, handle.firstExecutionRunId);
  }

  /** Begins a life and waits until it is ready, in one call. */
  static async beginAndAwait(stage: Stage, asked: Specification): Promise<Life> {
    const options = { ...startOptions(asked, {}), workflowIdConflictPolicy: 'FAIL' as const };
    const operation = new WithStartWorkflowOperation<typeof EnvironmentWorkflow>('EnvironmentWorkflow', options);
    await stage.client.workflow.executeUpdateWithStart(startUpdate, { startWorkflowOperation: operation });
    const { runId } = await stage.client.workflow.getHandle(options.workflowId).describe();
    return new Life(stage, options.workflowId, runId);
  }

  /** Its first run. */
  get firstRun(): WorkflowHandle {
    return this.#stage.client.workflow.getHandle(this.#id, this.#run);
  }

  /** Waits for the run that follows the first. */
  async nextRun(): Promise<WorkflowHandle> {
    let run = this.#run;
    await until(`${this.#id} goes on in a new run`, async () => {
      run = (await this.#latest.describe()).runId;
      return run !== this.#run;
    });
    return this.#stage.client.workflow.getHandle(this.#id, run);
  }

  /** Waits until it is ready, as a caller of start does. */
  ready(): Promise<Environment> {
    const told = this.#latest.executeUpdate(startUpdate);
    // Whoever waits may look at the answer later, or fail for another reason before.
    told.catch(() => undefined);
    return told;
  }

  /** Waits, as a caller of start does, until that comes to nothing. */
  async failed(): Promise<void> {
    const isReady = await this.ready().then(
      () => true,
      () => false,
    );
    if (isReady) throw new Error(`${this.#id} became ready, which it should not.`);
  }

  /** Asks for access to it, as the API does. */
  async access(): Promise<SealedAccess> {
    const { sealingKey } = await makeOneTimeKey();
    return await this.#latest.executeUpdate(accessUpdate, { args: [{ sealingKey, seconds: 600 }] });
  }

  /** Puts it to sleep, as a caller does, and waits until it is. */
  sleep(): Promise<Environment> {
    return this.#latest.executeUpdate(sleepUpdate);
  }

  /** Lets it stay awake for longer. */
  extend(ttl: string): Promise<Environment> {
    return this.#latest.executeUpdate(extendUpdate, { args: [ttl] });
  }

  /** Leaves word of what is wanted, as the API does where no worker answers. */
  async leaveWord(wish: Wish['wish']): Promise<void> {
    await this.#latest.signal(wishSignal, { wish, lastSleep: lastSleep(await this.#shown()) });
  }

  /** Waits until it is shown in a state. */
  async is(state: State): Promise<void> {
    await until(`${this.#id} is ${state}`, async () => (await this.#shown()).state === state);
  }

  /** Waits until its history tells of something, in the words of a trail. */
  async comesBy(landmark: string): Promise<void> {
    await until(`${this.#id} comes by '${landmark}'`, async () =>
      trailOf(eventsOf(await this.firstRun.fetchHistory())).includes(landmark),
    );
  }

  /** Asks for its end. */
  async cancel(): Promise<void> {
    await this.#latest.cancel();
  }

  /** Asks for its end, and waits until nothing is left of it. @returns the run that tore it down */
  async end(): Promise<WorkflowHandle> {
    await this.cancel();
    return await this.over();
  }

  /** Waits until it has closed, and nothing is left of it. @returns the run that tore it down */
  async over(): Promise<WorkflowHandle> {
    await this.#latest.result().catch(() => undefined);
    const teardown = await this.teardown();
    await teardown.result();
    return teardown;
  }

  /** Waits until it is being torn down. @returns the run that does so */
  async teardown(): Promise<WorkflowHandle> {
    let id = '';
    await until(`${this.#id} is being torn down`, async () => {
      const { teardown = '' } = (await this.#latest.describe()).memo as unknown as EnvironmentMemo;
      id = teardown;
      return id !== '';
    });
    return this.#stage.client.workflow.getHandle(id);
  }

  async #shown(): Promise<Environment> {
    return ((await this.#latest.describe()).memo as unknown as EnvironmentMemo).environment;
  }

  get #latest(): WorkflowHandle<typeof EnvironmentWorkflow> {
    return this.#stage.client.workflow.getHandle<typeof EnvironmentWorkflow>(this.#id);
  }
}

function startOptions(
  specification: Specification,
  { startDelay, resumed }: Beginning,
): WorkflowStartOptions<typeof EnvironmentWorkflow> {
  const input: EnvironmentInput = { specification, environment: queued(specification, new Date()), ...resumed };
  return {
    workflowId: workflowId(specification),
    taskQueue: TASK_QUEUE,
    args: [input],
    memo: { environment: input.environment },
    typedSearchAttributes: searchAttributesOf(input.environment),
    ...(startDelay && { startDelay }),
  };
}
