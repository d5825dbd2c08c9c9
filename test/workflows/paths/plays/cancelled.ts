import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { breakDown, holdUp } from '../outage.ts';
import { type Play, play } from '../play.ts';
import { unschedulable, withPod } from '../specifications.ts';

/** Environments that are ended before they are ready, at each kind of wait. */
export const CANCELLED: readonly Play[] = [
  play(['environment/cancelled-before-any-step'], async (stage) => {
    const life = await Life.begin(stage, await specification('unseen'), { startDelay: '60s' });
    await life.end();
    return { 'environment/cancelled-before-any-step': life.firstRun };
  }),

  play(['environment/cancelled-during-a-step'], async (stage) => {
    const quota = { namespace: 'dev-during', operation: 'CREATE', resource: '/resourcequotas' } as const;
    const standstill = await holdUp(stage, quota);
    const life = await Life.begin(stage, await specification('during'));
    await standstill.reached();
    await life.end();
    await standstill.lift();
    return { 'environment/cancelled-during-a-step': life.firstRun };
  }),

  play(['environment/cancelled-between-tries'], async (stage) => {
    const quota = { namespace: 'dev-between', operation: 'CREATE', resource: '/resourcequotas' } as const;
    const repair = await breakDown(stage, quota);
    const life = await Life.begin(stage, await specification('between'));
    await life.comesBy('isolate failed');
    await life.end();
    await repair();
    return { 'environment/cancelled-between-tries': life.firstRun };
  }),

  play(['environment/cancelled-while-waiting-for-pods'], async (stage) => {
    const life = await Life.begin(stage, await unschedulable('impatient', '5m'));
    const caller = life.failed();
    // From here on there is nothing new to tell: the wait goes on until it is cancelled.
    await life.comesBy('runWorkload completed');
    await life.end();
    await caller;
    return { 'environment/cancelled-while-waiting-for-pods': life.firstRun };
  }),

  play(['environment/cancelled-while-undone'], async (stage) => {
    const life = await Life.begin(stage, await withPod('undone', { image: ' not an image' }));
    await life.teardown();
    await life.cancel();
    await life.failed();
    await life.over();
    return { 'environment/cancelled-while-undone': life.firstRun };
  }),
];
