import { randomUUID } from 'node:crypto';
import { workflowId } from '../../../../src/environment/identity.ts';
import { queued } from '../../../../src/environment/queued.ts';
import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { grow } from '../long-history.ts';
import { type Play, play } from '../play.ts';

/** Environments that outlive their first run. */
export const LONG_LIVED: readonly Play[] = [
  play(['environment/history-grows-long', 'environment/goes-on-in-a-new-run'], async (stage) => {
    const asked = await specification('long-lived');
    const life = await Life.begin(stage, asked);
    await grow(stage.client.workflow.getHandle(workflowId(asked)), () => life.ready());
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
