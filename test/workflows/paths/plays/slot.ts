import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { Specification } from '../../../../src/environment/request.ts';
import { slotIdentity } from '../../../../src/environment/slot.ts';
import type { SlotWorkflow } from '../../../../src/workflows/slot.ts';
import { slotOptions } from '../../../../src/workflows/slot-options.ts';
import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { type Play, play } from '../play.ts';
import type { Stage } from '../stage.ts';

/** No other play asks for it, so that nobody else claims its slots. */
const TEMPLATE = 'python';
/** By then the worker's watches have told of a slot. */
const SEEN_MS = 3000;

/** Slots that are made, claimed and undone. */
export const SLOTS: readonly Play[] = [
  play(['slot/made', 'environment/claims-a-slot'], async (stage) => {
    const made = await make(stage, { ...(await specification('', TEMPLATE)), ...slotIdentity(TEMPLATE, 'played') });
    await made.result();
    await sleep(SEEN_MS);
    const life = await Life.beginAndAwait(stage, await specification('claimant', TEMPLATE));
    await life.end();
    return { 'slot/made': made, 'environment/claims-a-slot': life.firstRun };
  }),

  play(['slot/undone'], async (stage) => {
    const asked = await specification('');
    const { guards } = asked.recipe;
    const unproved: Specification = {
      ...asked,
      ...slotIdentity('bare', 'unproved'),
      recipe: { ...asked.recipe, guards: { ...guards, proof: 'required' } },
    };
    const undone = await make(stage, unproved);
    const isMade = await undone.result().then(
      () => true,
      () => false,
    );
    if (isMade) throw new Error('It was made, though nothing can be proved here.');
    return { 'slot/undone': undone };
  }),
];

async function make({ client }: Stage, asked: Specification): Promise<WorkflowHandle<typeof SlotWorkflow>> {
  const options = slotOptions(asked);
  const { workflowId, firstExecutionRunId } = await client.workflow.start<typeof SlotWorkflow>('SlotWorkflow', options);
  return client.workflow.getHandle<typeof SlotWorkflow>(workflowId, firstExecutionRunId);
}
