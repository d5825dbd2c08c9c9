import type { WorkflowHandle } from '@temporalio/client';
import { workflowId } from '../../../../src/environment/identity.ts';
import { TASK_QUEUE } from '../../../../src/workflows/messages.ts';
import type { SweepWorkflow } from '../../../../src/workflows/sweep.ts';
import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { breakDown } from '../outage.ts';
import { type Play, play } from '../play.ts';
import { withPod } from '../specifications.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';

/** Comparisons of what exists with what is known. */
export const SWEEPS: readonly Play[] = [
  play(['sweep/adopts-and-undoes', 'sweep/only-tells'], async (stage) => {
    const [lost, unfinished] = [await specification('lost'), await withPod('unfinished')];
    await (await Life.begin(stage, lost)).ready();
    const repair = await breakDown(stage, {
      namespace: 'dev-unfinished',
      operation: 'CREATE',
      resource: '/pods/binding',
    });
    const begun = await Life.begin(stage, { ...unfinished, recipe: { ...unfinished.recipe, deadline: '20s' } });
    await begun.comesBy('runWorkload completed');
    for (const asked of [lost, unfinished]) await stage.client.workflow.getHandle(workflowId(asked)).terminate();
    await repair();
    let told = await sweep(stage, true);
    await until('what was never ready is to be undone', async () => {
      const { counts } = await told.result();
      if (counts.undo === 0) told = await sweep(stage, true);
      return counts.undo > 0;
    });
    const swept = await sweep(stage, false);
    const { counts } = await swept.result();
    if (counts.adopt === 0) throw new Error('Nothing was taken up.');
    await stage.client.workflow.getHandle(workflowId(lost)).cancel();
    return { 'sweep/adopts-and-undoes': swept, 'sweep/only-tells': told };
  }),
];

async function sweep({ client }: Stage, dryRun: boolean): Promise<WorkflowHandle<typeof SweepWorkflow>> {
  const { workflowId, firstExecutionRunId } = await client.workflow.start<typeof SweepWorkflow>('SweepWorkflow', {
    workflowId: 'sweep/by-hand',
    taskQueue: TASK_QUEUE,
    args: [{ dryRun }],
  });
  return client.workflow.getHandle<typeof SweepWorkflow>(workflowId, firstExecutionRunId);
}
