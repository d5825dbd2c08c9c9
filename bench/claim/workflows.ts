import { condition, defineUpdate, setHandler } from '@temporalio/workflow';

/** Is answered at once. */
export const bareUpdate = defineUpdate<void>('bare');

/** The least that Temporal takes to tell somebody that something durable has begun: one update, and nothing else. */
export async function BareWorkflow(): Promise<void> {
  setHandler(bareUpdate, () => undefined);
  await condition(() => false);
}
