import type { WorkflowHandle } from '@temporalio/client';
import type { Settings } from '../../../../src/capacity/settings.ts';
import type { CapacityWorkflow } from '../../../../src/workflows/capacity.ts';
import { REFILL_QUEUE } from '../../../../src/workflows/messages.ts';
import { type Play, play } from '../play.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';

const TWO = { floor: 2, ceiling: 2, quiet_rounds: 10 };

/** Plans of how many environments wait to be claimed. */
export const CAPACITY: readonly Play[] = [
  play(['capacity/fills', 'capacity/shrinks', 'capacity/only-plans'], async (stage) => {
    const filled = await plan(stage, 2);
    await filled.result();
    let told = await plan(stage, 2, true);
    await until('two slots are ready', async () => {
      if ((await ready(told)) < 2) told = await plan(stage, 2, true);
      return (await ready(told)) === 2;
    });
    const shrunk = await plan(stage, 1);
    await shrunk.result();
    await until('none is left', async () => (await ready(await plan(stage, 0))) === 0);
    return { 'capacity/fills': filled, 'capacity/shrinks': shrunk, 'capacity/only-plans': told };
  }),
  play(['capacity/scales'], async (stage) => {
    const scaled = await run(stage, 'capacity/scaling', { pools: {}, calendar: [], servers: { workers: TWO } });
    await scaled.result();
    return { 'capacity/scales': scaled };
  }),
];

type Planned = WorkflowHandle<typeof CapacityWorkflow>;

async function ready(told: Planned): Promise<number> {
  const { pools } = await told.result();
  return pools.reduce((sum, { slots }) => sum + slots.ready, 0);
}

function plan(stage: Stage, floor: number, dryRun = false): Promise<Planned> {
  const settings = { pools: { bare: { floor, ceiling: floor } }, calendar: [] };
  return run(stage, `capacity/by-hand${dryRun ? '/dry-run' : ''}`, settings, dryRun);
}

async function run({ client }: Stage, id: string, settings: Settings, dryRun = false): Promise<Planned> {
  const { workflowId, firstExecutionRunId } = await client.workflow.start<typeof CapacityWorkflow>('CapacityWorkflow', {
    workflowId: id,
    taskQueue: REFILL_QUEUE,
    args: [{ settings, dryRun }],
  });
  return client.workflow.getHandle<typeof CapacityWorkflow>(workflowId, firstExecutionRunId);
}
