import { condition, defineUpdate, proxyLocalActivities, setHandler } from '@temporalio/workflow';

const { nothing } = proxyLocalActivities<{ nothing(): Promise<string> }>({ startToCloseTimeout: '10s' });

/** Waits until the one local activity is done. */
export const floorUpdate = defineUpdate<string>('done');

/** The least that a durable start costs: an update-with-start and one local activity. */
export async function FloorWorkflow(): Promise<void> {
  let done: string | undefined;
  setHandler(floorUpdate, async () => {
    await condition(() => done !== undefined);
    return done ?? '';
  });
  done = await nothing();
  await condition(() => false, '1h');
}
