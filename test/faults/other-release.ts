import { sleep } from '@temporalio/workflow';
import { EnvironmentWorkflow as TodaysWorkflow } from '../../src/workflows/environment.ts';
import type { EnvironmentInput } from '../../src/workflows/messages.ts';

export { TeardownWorkflow } from '../../src/workflows/teardown.ts';

/** Of whom another release does something more than today's code. */
export const UNLUCKY = 'unlucky';

/** What begins with this cannot be replayed by today's code, for one developer's environments. */
export async function EnvironmentWorkflow(input: EnvironmentInput): Promise<void> {
  if (input.specification.dev_id.endsWith(UNLUCKY)) await sleep('1ms');
  await TodaysWorkflow(input);
}
