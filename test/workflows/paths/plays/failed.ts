import { specification } from '../../../setup/lives.ts';
import { Life } from '../life.ts';
import { breakDown } from '../outage.ts';
import { type Play, play } from '../play.ts';
import { refuse } from '../refuse.ts';
import { beyondQuota, unschedulable, withPod } from '../specifications.ts';

/** Provisionings that fail for good, at each of their steps and by their deadline, and are undone. */
export const FAILED: readonly Play[] = [
  play(['environment/isolation-refused', 'teardown/looks-in-vain'], async (stage) => {
    const creation = { namespace: 'dev-unmade', operation: 'CREATE', resource: '/namespaces' } as const;
    const allow = await refuse(stage, creation, 'No namespace is made today.');
    const life = await Life.begin(stage, await specification('unmade'));
    const teardown = await life.over();
    await allow();
    return { 'environment/isolation-refused': life.firstRun, 'teardown/looks-in-vain': teardown };
  }),

  play(['environment/isolation-half-done', 'teardown/finds-what-was-made'], async (stage) => {
    const quota = { namespace: 'dev-unguarded', operation: 'CREATE', resource: '/resourcequotas' } as const;
    const allow = await refuse(stage, quota, 'No quota is made today.');
    const life = await Life.begin(stage, await specification('unguarded'));
    const teardown = await life.over();
    await allow();
    return { 'environment/isolation-half-done': life.firstRun, 'teardown/finds-what-was-made': teardown };
  }),

  play(['environment/isolation-not-enforced'], async (stage) => {
    const asked = await withPod('unproved');
    const guards = { ...asked.recipe.guards, proof: 'required' as const };
    const life = await Life.begin(stage, { ...asked, recipe: { ...asked.recipe, guards } });
    await life.over();
    return { 'environment/isolation-not-enforced': life.firstRun };
  }),

  play(['environment/workload-refused', 'teardown/undoes'], async (stage) => {
    const life = await Life.begin(stage, await beyondQuota('too-much'));
    const teardown = await life.over();
    return { 'environment/workload-refused': life.firstRun, 'teardown/undoes': teardown };
  }),

  play(['environment/verification-failed'], async (stage) => {
    const namespace = 'dev-opened';
    const repair = await breakDown(stage, { namespace, operation: 'CREATE', resource: '/services' });
    const life = await Life.begin(stage, await withPod('opened'));
    await life.comesBy('runWorkload failed');
    // Opens what the guards close, which are in place by now and have yet to be verified.
    const opening = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'open', namespace },
      spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] },
    };
    await stage.cluster.create(opening);
    await repair();
    await life.over();
    return { 'environment/verification-failed': life.firstRun };
  }),

  play(['environment/deadline-exceeded-by-pods'], async (stage) => {
    const life = await Life.begin(stage, await unschedulable('late', '3s'));
    await life.over();
    return { 'environment/deadline-exceeded-by-pods': life.firstRun };
  }),

  play(['environment/deadline-exceeded-by-a-step'], async (stage) => {
    const quota = { namespace: 'dev-slow', operation: 'CREATE', resource: '/resourcequotas' } as const;
    const repair = await breakDown(stage, quota);
    const asked = await specification('slow');
    const life = await Life.begin(stage, { ...asked, recipe: { ...asked.recipe, deadline: '3s' } });
    await life.over();
    await repair();
    return { 'environment/deadline-exceeded-by-a-step': life.firstRun };
  }),
];
