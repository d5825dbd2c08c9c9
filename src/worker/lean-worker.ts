import { createContext, Script } from 'node:vm';
import { Worker } from '@temporalio/worker';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared.js';

/** Longer than any activation takes, unless its workflow's code loops for ever; in milliseconds. */
const ACTIVATION_MS = 5000;
const NO_TIMEOUT = undefined as unknown as number;

/**
 * A worker that runs workflows in this thread, and leaves out what takes up three quarters of the processor time that the
 * library spends on a short workflow: see decision 0014.
 */
export class LeanWorker extends Worker {
  protected static override async createWorkflowCreator(
    ...[bundle, { activities }]: Parameters<(typeof Worker)['createWorkflowCreator']>
  ): ReturnType<(typeof Worker)['createWorkflowCreator']> {
    const creator = await LeanWorkflowCreator.create(bundle, NO_TIMEOUT, new Set(activities.keys()));
    // It takes a stack trace of each promise, for the query `__stack_trace`. Errors keep theirs.
    (globalHandlers as unknown as { stopPromiseHook: () => void }).stopPromiseHook();
    globalHandlers.promiseHookInstalled = false;
    return creator;
  }
}

/** Watches over each activation as a whole: over each call into a workflow's context, a thread is begun and ended. */
class LeanWorkflowCreator extends ReusableVMWorkflowCreator {
  readonly #watched = createContext({ run: undefined }) as { run: (() => unknown) | undefined };
  readonly #run = new Script('run()');

  override async createWorkflow(...args: Parameters<ReusableVMWorkflowCreator['createWorkflow']>) {
    const workflow = await super.createWorkflow(...args);
    const [{ info }] = args;
    const activate = workflow.activate.bind(workflow);
    workflow.activate = async (activation) => {
      this.#watched.run = () => activate(activation);
      try {
        return await this.#run.runInContext(this.#watched, { timeout: ACTIVATION_MS, displayErrors: false });
      } catch (error) {
        return { runId: info.runId, failed: { failure: { message: String(error) } } };
      }
    };
    return workflow;
  }
}
