import { randomBytes, randomUUID } from 'node:crypto';
import type { KubernetesObject } from '@kubernetes/client-node';
import { buildInOrder } from '../../src/cluster/build.ts';
import type { Cluster } from '../../src/cluster/client.ts';
import { createNamespace } from '../../src/cluster/create-namespace.ts';
import { writeGuard } from '../../src/cluster/isolate.ts';
import { desiredObjects } from '../../src/cluster/objects/desired.ts';
import { namespaceObject } from '../../src/cluster/objects/namespace.ts';
import { remember } from '../../src/cluster/remember.ts';
import { queued } from '../../src/environment/queued.ts';
import type { Recipe } from '../../src/environment/recipe.ts';
import type { Specification } from '../../src/environment/request.ts';

/** Marks what benchmarks make directly. */
export const KEY = randomBytes(32);

/** All objects of an environment in a namespace of this name, the namespace first. */
export function objectsOf(name: string, recipe: Recipe): KubernetesObject[] {
  const { guards } = desiredObjects(name, recipe);
  return [namespaceObject(name, { annotations: { 'berth.dev/benchmark': 'true' } }), ...guards.flat()];
}

/** Makes them directly, by the very functions that the worker makes them with, and verifies nothing. */
export async function write(cluster: Cluster, specification: Specification): Promise<void> {
  const life = { run: randomUUID(), nonce: randomUUID() };
  const namespace = await createNamespace(cluster, KEY, specification, life);
  const { guards } = desiredObjects(namespace.name, specification.recipe);
  await buildInOrder(guards, (object) => writeGuard(cluster, object));
  await remember(cluster, namespace, queued(specification, new Date()));
}
