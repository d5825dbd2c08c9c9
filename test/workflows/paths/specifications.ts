import type { Guards, Pod } from '../../../src/environment/recipe.ts';
import type { Specification } from '../../../src/environment/request.ts';
import { specification } from '../../setup/lives.ts';

/** With one pod and a service before it, and no volume to wait for at its end. */
export async function withPod(developer: string, changes: Partial<Pod> = {}): Promise<Specification> {
  const asked = await specification(developer, 'node');
  const { web } = asked.recipe.workload.pods;
  if (web === undefined) throw new Error('The template has no such pod.');
  const workload = { ...asked.recipe.workload, volumes: {}, pods: { web: { ...web, volumes: {}, ...changes } } };
  return { ...asked, recipe: { ...asked.recipe, workload } };
}

/** With a workload that has nothing to wait for. */
export async function withoutPods(developer: string): Promise<Specification> {
  const asked = await specification(developer);
  const workload = { ...asked.recipe.workload, config: { motd: { text: 'Welcome.' } } };
  return { ...asked, recipe: { ...asked.recipe, workload } };
}

/** With a service that its own quota has no room for. */
export async function beyondQuota(developer: string): Promise<Specification> {
  return withQuota(await withPod(developer), { services: 0 });
}

/** With a pod that no node has room for, so that it is waited for in vain. */
export async function unschedulable(developer: string, deadline: string): Promise<Specification> {
  const { recipe, ...asked } = withQuota(await withPod(developer, { memory: '1Pi' }), { memory: '1Ei' });
  const { container } = recipe.guards;
  const guards = { ...recipe.guards, container: { ...container, max: { ...container.max, memory: '1Ei' } } };
  return { ...asked, recipe: { ...recipe, deadline, guards } };
}

function withQuota({ recipe, ...asked }: Specification, changes: Partial<Guards['quota']>): Specification {
  const guards = { ...recipe.guards, quota: { ...recipe.guards.quota, ...changes } };
  return { ...asked, recipe: { ...recipe, guards } };
}
