import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { bundleWorkflowCode, type NativeConnection, type Worker } from '@temporalio/worker';
import { LeanWorker } from '../../src/worker/lean-worker.ts';
import { bundleOf } from '../../src/worker/worker.ts';
import { bareUpdate } from './workflows.ts';

const QUEUE = 'bench-claim';

/** A worker for nothing but that, with its workflows set up in the same way as ours. */
export async function bareWorker(connection: NativeConnection): Promise<Worker> {
  const workflowsPath = fileURLToPath(new URL('./workflows.ts', import.meta.url));
  const workflowBundle = await bundleWorkflowCode(bundleOf(workflowsPath));
  return await LeanWorker.create({ connection, taskQueue: QUEUE, workflowBundle });
}

/** Starts a workflow by an update-with-start, and waits for the answer to the update. */
export async function updateWithStart(client: Client): Promise<void> {
  await client.workflow.executeUpdateWithStart(bareUpdate, {
    startWorkflowOperation: new WithStartWorkflowOperation('BareWorkflow', {
      workflowId: `bench-claim-${randomUUID()}`,
      taskQueue: QUEUE,
      workflowIdConflictPolicy: 'FAIL',
    }),
  });
}
