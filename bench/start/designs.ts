import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { buildInOrder } from '../../src/cluster/build.ts';
import type { Cluster } from '../../src/cluster/client.ts';
import { createNamespace } from '../../src/cluster/create-namespace.ts';
import { isolate, writeGuard } from '../../src/cluster/isolate.ts';
import { desiredObjects } from '../../src/cluster/objects/desired.ts';
import { verifyEnvironment } from '../../src/cluster/verify.ts';
import type { Specification } from '../../src/environment/request.ts';
import type { Contender } from './compare.ts';
import { type DesignActivities, doneUpdate } from './workflows.ts';
import { KEY } from './writes.ts';

const DESIGNS = {
  'design: one local activity': 'OneLocalWorkflow',
  'design: three local activities': 'ThreeLocalWorkflow',
  'design: one regular activity': 'OneRegularWorkflow',
  'design: three regular activities': 'ThreeRegularWorkflow',
};

/** The ways to cut a start into activities, all with the same cluster calls, and without HTTP before them. */
export function designs(
  client: Client,
  cluster: Cluster,
  taskQueue: string,
  specification: () => Specification,
): { activities: DesignActivities; contenders: Record<string, Contender> } {
  const contenders = Object.entries(DESIGNS).map(([what, workflow]): [string, Contender] => [
    what,
    () => runDurably(client, taskQueue, workflow, specification()),
  ]);
  const activities: DesignActivities = {
    nothing: () => Promise.resolve(),
    isolate: (asked, life) => isolate(cluster, KEY, asked, life),
    createNamespace: (asked, life) => createNamespace(cluster, KEY, asked, life),
    applyGuards: (asked, { name }) =>
      buildInOrder(desiredObjects(name, asked.recipe).guards, (object) => writeGuard(cluster, object)),
    verify: (asked, namespace, written) => {
      const desired = desiredObjects(namespace.name, asked.recipe).guards.flat();
      return verifyEnvironment(cluster, KEY, namespace, asked, { desired, written });
    },
  };
  return { activities, contenders: Object.fromEntries(contenders) };
}

/** Starts a workflow by an update-with-start, and waits until its work is done. */
export async function runDurably(
  client: Client,
  taskQueue: string,
  workflow: string,
  specification: Specification,
): Promise<void> {
  await client.workflow.executeUpdateWithStart(doneUpdate, {
    startWorkflowOperation: new WithStartWorkflowOperation(workflow, {
      workflowId: specification.dev_id,
      taskQueue,
      workflowIdConflictPolicy: 'FAIL',
      args: [specification],
    }),
  });
}
