import { CANARY } from '../../../../src/environment/canary.ts';
import type { IsolationCanaryWorkflow } from '../../../../src/workflows/canary.ts';
import { TASK_QUEUE } from '../../../../src/workflows/messages.ts';
import { type Play, play } from '../play.ts';

/** Proofs of nobody's environment. */
export const CANARIES: readonly Play[] = [
  play(['canary/tells-and-leaves-nothing'], async ({ client }) => {
    const canary = await client.workflow.start<typeof IsolationCanaryWorkflow>('IsolationCanaryWorkflow', {
      workflowId: 'isolation-canary',
      taskQueue: TASK_QUEUE,
      args: [CANARY],
    });
    await canary.result();
    return { 'canary/tells-and-leaves-nothing': canary };
  }),
];
