import type { WorkflowHandle } from '@temporalio/client';
import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { type Play, play } from '../play.ts';
import { refuse } from '../refuse.ts';
import type { Stage } from '../stage.ts';

/** Environments that somebody changes by hand. */
export const DRIFT: readonly Play[] = [
  play(['environment/mended'], async (stage) => ({ 'environment/mended': await mended(stage, 'tampered') })),

  play(['environment/looks-once-more'], async (stage) => ({
    'environment/looks-once-more': await mended(stage, 'tampered-again'),
  })),

  play(['environment/degraded'], async (stage) => {
    const life = await Life.begin(stage, await specification('degraded'));
    await life.ready();
    const policies = 'networking.k8s.io/networkpolicies';
    const requests = { namespace: 'dev-degraded', operation: 'CREATE', resource: policies } as const;
    const allow = await refuse(stage, requests, 'Nothing is restored today.');
    await remove(stage, denyAllOf('dev-degraded'));
    await life.is('degraded');
    await allow();
    await life.is('ready');
    await life.end();
    return { 'environment/degraded': life.firstRun };
  }),

  play(['environment/namespace-deleted'], async (stage) => {
    const life = await Life.begin(stage, await specification('bereft'));
    await life.ready();
    await remove(stage, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'dev-bereft' } });
    await life.over();
    return { 'environment/namespace-deleted': life.firstRun };
  }),
];

type Removable = Parameters<Stage['cluster']['read']>[0];

async function mended(stage: Stage, developer: string): Promise<WorkflowHandle> {
  const life = await Life.begin(stage, await specification(developer));
  await life.ready();
  await remove(stage, denyAllOf(`dev-${developer}`));
  await life.comesBy('mend completed');
  await life.end();
  return life.firstRun;
}

function denyAllOf(namespace: string): Removable {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'deny-all', namespace } };
}

async function remove({ cluster }: Stage, reference: Removable): Promise<void> {
  await cluster.delete(reference, (await cluster.read(reference))?.metadata?.uid ?? '');
}
