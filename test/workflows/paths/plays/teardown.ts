import { randomUUID } from 'node:crypto';
import { queued } from '../../../../src/environment/queued.ts';
import { abandonUpdate, type EnvironmentMemo, TASK_QUEUE } from '../../../../src/workflows/messages.ts';
import type { TeardownWorkflow } from '../../../../src/workflows/teardown.ts';
import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { grow } from '../long-history.ts';
import { type Play, play } from '../play.ts';
import type { Stage } from '../stage.ts';
import { until } from '../until.ts';

/** Teardowns that find nothing to do, or are held up. */
export const TEARDOWN: readonly Play[] = [
  play(['teardown/has-nothing-to-do'], async (stage) => {
    const environment = { ...queued(await specification('unbegun'), new Date()), state: 'terminating' as const };
    const life = { run: randomUUID(), nonce: randomUUID() };
    const teardown = await stage.client.workflow.start<typeof TeardownWorkflow>('TeardownWorkflow', {
      workflowId: `teardown/unbegun/shop/${life.run}`,
      taskQueue: TASK_QUEUE,
      args: [{ environment, life, takesOver: true }],
      memo: { environment },
    });
    await teardown.result();
    return { 'teardown/has-nothing-to-do': teardown };
  }),

  play(['teardown/held-by-a-finalizer'], async (stage) => {
    const { life, letGo } = await heldUp(stage, 'held');
    await life.cancel();
    const teardown = await life.teardown();
    await until('what holds the rest is shown', async () => {
      const { environment } = (await teardown.describe()).memo as unknown as EnvironmentMemo;
      return environment.steps.at(-1)?.message?.includes('finalizer') ?? false;
    });
    await letGo();
    await teardown.result();
    return { 'teardown/held-by-a-finalizer': teardown };
  }),

  play(['teardown/abandoned'], async (stage) => {
    const { life, letGo } = await heldUp(stage, 'given-up');
    await life.cancel();
    const teardown = await life.teardown();
    await until('it can be given up', () =>
      teardown.executeUpdate(abandonUpdate, { args: [{ by: 'an administrator', reason: 'it is not needed' }] }).then(
        () => true,
        () => false,
      ),
    );
    await teardown.result();
    await letGo();
    return { 'teardown/abandoned': teardown };
  }),

  play(['teardown/history-grows-long', 'teardown/goes-on-in-a-new-run'], async (stage) => {
    const { life, letGo } = await heldUp(stage, 'long-held', ['held', 'held-too']);
    await life.cancel();
    const teardown = await life.teardown();
    const { runId } = await teardown.describe();
    const first = stage.client.workflow.getHandle(teardown.workflowId, runId);
    await grow(first, () => first.describe());
    await letGo('held-too');
    let next = runId;
    await until('it goes on in a new run', async () => {
      next = (await teardown.describe()).runId;
      return next !== runId;
    });
    await letGo();
    await teardown.result();
    const last = stage.client.workflow.getHandle(teardown.workflowId, next);
    return { 'teardown/history-grows-long': first, 'teardown/goes-on-in-a-new-run': last };
  }),

  play(['teardown/cancelled'], async (stage) => {
    const { life, letGo } = await heldUp(stage, 'unstoppable');
    await life.cancel();
    const teardown = await life.teardown();
    await teardown.cancel();
    await letGo();
    await teardown.result();
    return { 'teardown/cancelled': teardown };
  }),
];

/** A ready environment with something in it that stays until it is let go. */
async function heldUp(
  stage: Stage,
  developer: string,
  names = ['held'],
): Promise<{ life: Life; letGo: (name?: string) => Promise<void> }> {
  const life = await Life.begin(stage, await specification(developer));
  await life.ready();
  const held = (name: string, finalizers: string[]) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: `dev-${developer}`, finalizers },
  });
  for (const name of names) await stage.cluster.apply(held(name, ['example.com/holds-on']));
  const letGo = async (name = 'held'): Promise<void> => {
    await stage.cluster.apply(held(name, []));
  };
  return { life, letGo };
}
