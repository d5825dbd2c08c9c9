import { randomUUID } from 'node:crypto';
import { workflowId } from '../../../../src/environment/identity.ts';
import { queued } from '../../../../src/environment/request.ts';
import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { type Play, play } from '../play.ts';

/** So many signals of this size are more than Temporal wants one history to hold. */
const SIGNALS = 5;
const CONTENT = 'x'.repeat(1_000_000);

/** Environments that outlive their first run. */
export const LONG_LIVED: readonly Play[] = [
  play(['environment/history-grows-long', 'environment/goes-on-in-a-new-run'], async (stage) => {
    const asked = await specification('long-lived');
    const life = await Life.begin(stage, asked);
    const current = stage.client.workflow.getHandle(workflowId(asked));
    for (let sent = 0; sent < SIGNALS; sent++) {
      // The size of a history is told with a task, and counts what came before it: one signal a task.
      await life.ready();
      await current.signal('nothing-listens-to-this', CONTENT);
    }
    const next = await life.nextRun();
    await life.ready();
    await life.end();
    return { 'environment/history-grows-long': life.firstRun, 'environment/goes-on-in-a-new-run': next };
  }),

  play(['environment/goes-on-after-its-time'], async (stage) => {
    const asked = await specification('outlived');
    const now = new Date();
    const [at, name] = [now.toISOString(), 'dev-outlived'];
    // As the run before would have handed it on, had its time not run out between the two.
    const life = await Life.begin(stage, asked, {
      resumed: {
        environment: { ...queued(asked, now), state: 'ready', namespace: name, ready_at: at, expires_at: at },
        resumed: { life: { run: randomUUID(), nonce: randomUUID() }, namespace: { name, uid: randomUUID() } },
      },
    });
    await life.over();
    return { 'environment/goes-on-after-its-time': life.firstRun };
  }),
];
