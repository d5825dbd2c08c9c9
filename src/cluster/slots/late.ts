import { isDeepStrictEqual } from 'node:util';
import type { Namespace } from '../../environment/life.ts';
import type { Specification } from '../../environment/request.ts';
import type { Cluster } from '../client.ts';
import { workloadPrerequisites } from '../objects/workload.ts';

/**
 * Writes the files that late parameters set; the pods that mount them go on.
 * @param before what they were made of: what is the same is not written again
 */
export async function setLate(
  cluster: Cluster,
  { name }: Namespace,
  { recipe, late }: Specification,
  before?: Specification,
  signal?: AbortSignal,
): Promise<void> {
  if (late === undefined) return;
  const { config } = recipe.workload;
  const changed = Object.keys(config).filter(
    (item) => !isDeepStrictEqual(config[item], before?.recipe.workload.config[item]),
  );
  const objects = workloadPrerequisites(name, recipe.workload).filter(
    ({ kind, metadata }) => kind === 'ConfigMap' && changed.includes(metadata?.name ?? ''),
  );
  await Promise.all(objects.map((object) => cluster.apply(object, signal)));
}
