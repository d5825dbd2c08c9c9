import type { WorkflowHandle } from '@temporalio/client';
import { remember } from '../../../../src/cluster/remember.ts';
import { workflowId } from '../../../../src/environment/identity.ts';
import type { Namespace } from '../../../../src/environment/life.ts';
import type { Specification } from '../../../../src/environment/request.ts';
import { specification } from '../../../setup/lives.ts';
import { aPod } from '../../../setup/sleepers.ts';
import { Life } from '../life.ts';
import { grow } from '../long-history.ts';
import { holdUp } from '../outage.ts';
import { type Play, play } from '../play.ts';
import { refuse } from '../refuse.ts';
import { withPod } from '../specifications.ts';
import type { Stage } from '../stage.ts';

/** Environments that are put to sleep, and woken. */
export const ASLEEP: readonly Play[] = [
  play(['environment/expired'], async (stage) => {
    const life = await Life.begin(stage, retained(await specification('expired', 'bare', { ttl: '2s' }), '2s'));
    await life.over();
    return { 'environment/expired': life.firstRun };
  }),

  play(['environment/catches-up'], async (stage) => {
    const life = await Life.begin(stage, await specification('behind', 'bare', { ttl: '10s' }));
    const { namespace, ...environment } = await life.ready();
    const place = await placeOf(stage, namespace ?? '');
    // As if it had been extended, and Temporal then restored from before that.
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    await remember(stage.cluster, place, { ...environment, namespace, expires_at });
    await life.comesBy('recallLife completed');
    await life.end();
    return { 'environment/catches-up': life.firstRun };
  }),

  play(['environment/listens-while-it-looks'], async (stage) => {
    const life = await Life.begin(stage, await specification('quiet', 'bare', { ttl: '2s' }));
    await life.is('asleep');
    await life.end();
    return { 'environment/listens-while-it-looks': life.firstRun };
  }),

  play(['environment/put-to-sleep-and-woken'], async (stage) => {
    const life = await readyAndAsleep(stage, await withPod('sleeper'));
    await life.ready();
    await life.end();
    return { 'environment/put-to-sleep-and-woken': life.firstRun };
  }),

  play(['environment/sleeps-and-wakes-by-word'], async (stage) => {
    const life = await Life.begin(stage, await specification('by-word'));
    await life.ready();
    await life.leaveWord('sleep');
    await life.is('asleep');
    await life.leaveWord('wake');
    await life.is('ready');
    await life.end();
    return { 'environment/sleeps-and-wakes-by-word': life.firstRun };
  }),

  play(['environment/cannot-be-woken'], async (stage) => {
    return { 'environment/cannot-be-woken': await cannotBeWoken(stage, 'unwakable') };
  }),

  play(['environment/looks-before-it-sleeps-again'], async (stage) => {
    return { 'environment/looks-before-it-sleeps-again': await cannotBeWoken(stage, 'unwakable-still') };
  }),

  play(['environment/cancelled-while-waking'], async (stage) => {
    const life = await readyAndAsleep(stage, await specification('woken-in-vain'));
    const standstill = await holdUp(stage, { ...quotaOf('woken-in-vain'), operation: 'UPDATE' });
    const caller = life.failed();
    await standstill.reached();
    await life.end();
    await standstill.lift();
    await caller;
    return { 'environment/cancelled-while-waking': life.firstRun };
  }),

  play(['environment/awake-for-long'], async (stage) => {
    const life = await Life.begin(stage, await specification('sleepless'));
    await life.ready();
    const letGo = await runHeld(stage, 'dev-sleepless');
    const asleep = life.sleep();
    await life.comesBy('putToSleep completed');
    await letGo();
    await asleep;
    await life.end();
    return { 'environment/awake-for-long': life.firstRun };
  }),

  play(['environment/cancelled-while-falling-asleep'], async (stage) => {
    const life = await Life.begin(stage, await specification('drowsy'));
    await life.ready();
    const letGo = await runHeld(stage, 'dev-drowsy');
    const caller = life.sleep().catch(() => undefined);
    await life.comesBy('putToSleep completed');
    await life.cancel();
    await caller;
    await letGo();
    await life.over();
    return { 'environment/cancelled-while-falling-asleep': life.firstRun };
  }),

  play(['environment/extended'], async (stage) => {
    const life = await Life.begin(stage, await specification('extended'));
    await life.ready();
    await life.extend('2h');
    await life.end();
    return { 'environment/extended': life.firstRun };
  }),

  play(['environment/history-grows-long-asleep', 'environment/wakes-in-a-new-run'], async (stage) => {
    const asked = await specification('long-asleep');
    const life = await readyAndAsleep(stage, asked);
    await grow(stage.client.workflow.getHandle(workflowId(asked)), () => life.sleep());
    const next = await life.nextRun();
    await life.ready();
    await life.end();
    return { 'environment/history-grows-long-asleep': life.firstRun, 'environment/wakes-in-a-new-run': next };
  }),
];

async function readyAndAsleep(stage: Stage, asked: Specification): Promise<Life> {
  const life = await Life.begin(stage, asked);
  await life.ready();
  await life.sleep();
  return life;
}

async function cannotBeWoken(stage: Stage, developer: string): Promise<WorkflowHandle> {
  const life = await readyAndAsleep(stage, await withPod(developer));
  const allow = await refuse(stage, { ...quotaOf(developer), operation: 'UPDATE' }, 'Nothing wakes today.');
  await life.failed();
  await allow();
  await life.end();
  return life.firstRun;
}

function retained({ recipe, ...asked }: Specification, retain: string): Specification {
  return { ...asked, recipe: { ...recipe, lifetime: { ...recipe.lifetime, retain } } };
}

function quotaOf(developer: string) {
  return { namespace: `dev-${developer}`, resource: '/resourcequotas' } as const;
}

/** Runs a pod that does not go away until it is let go. */
async function runHeld(stage: Stage, namespace: string): Promise<() => Promise<void>> {
  const held = (finalizers: string[]) => {
    const pod = aPod(namespace);
    return { ...pod, metadata: { ...pod.metadata, finalizers } };
  };
  await stage.cluster.apply(held(['example.com/holds-on']));
  return async () => {
    await stage.cluster.apply(held([]));
  };
}

async function placeOf({ cluster }: Stage, name: string): Promise<Namespace> {
  const live = await cluster.read({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  return { name, uid: live?.metadata?.uid ?? '' };
}
