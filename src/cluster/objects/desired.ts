import type { KubernetesObject } from '@kubernetes/client-node';
import type { Recipe } from '../../environment/recipe.ts';
import { roleBinding, serviceAccounts } from './access.ts';
import { limitRange, resourceQuota } from './limits.ts';
import { allowances, denyAll } from './network.ts';
import { deployments, services, workloadPrerequisites } from './workload.ts';

/** An object with what names it. */
export type DesiredObject = KubernetesObject & {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string };
};

/**
 * All that an environment consists of inside its namespace, in the order in which it is built: within a group, the
 * objects do not depend on each other; the groups do. Building and verifying go by this one function.
 */
export interface Desired {
  guards: [first: DesiredObject[], rest: DesiredObject[]];
  workload: [prerequisites: DesiredObject[], running: DesiredObject[]];
}

/** Whether the environment sleeps: everything stays as it is, and nothing may run. */
interface Condition {
  asleep: boolean;
}
const AWAKE: Condition = { asleep: false };

/** What a recipe comes to in a namespace. */
export function desiredObjects(namespace: string, { guards, workload }: Recipe, condition = AWAKE): Desired {
  const rest = [
    ...allowances(namespace, guards),
    resourceQuota(namespace, guards, condition),
    limitRange(namespace, guards),
    ...serviceAccounts(namespace),
    roleBinding(namespace),
  ];
  const running = [...deployments(namespace, workload, condition), ...services(namespace, workload)];
  return {
    guards: [[denyAll(namespace)], rest],
    workload: [workloadPrerequisites(namespace, workload), running],
  } as Desired;
}

/** The same without the order. */
export function allObjects(namespace: string, recipe: Recipe, condition = AWAKE): DesiredObject[] {
  const { guards, workload } = desiredObjects(namespace, recipe, condition);
  return [...guards, ...workload].flat();
}
