import type { Client } from '@temporalio/client';
import type { Cluster } from '../../src/cluster/client.ts';
import type { Specification } from '../../src/environment/request.ts';
import { kubectlApply } from '../kubectl.ts';
import type { Bench } from '../servers.ts';
import type { Contender } from './compare.ts';
import { runDurably } from './designs.ts';
import { objectsOf, write } from './writes.ts';

/**
 * What is compared, on the servers of one benchmark: each builds one environment, or does a part of it, for a developer
 * whom nobody knows yet.
 */
export function contendersOn(
  bench: Bench,
  client: Client,
  cluster: Cluster,
  taskQueue: string,
  specification: () => Specification,
): Record<string, Contender> {
  const updateWithStart = (): Promise<void> => runDurably(client, taskQueue, 'FloorWorkflow', specification());
  const writes = (): Promise<void> => write(cluster, specification());
  return {
    start: () => startBare(bench, specification().dev_id),
    floor: async () => {
      await updateWithStart();
      await writes();
    },
    'update-with-start alone': updateWithStart,
    'writes alone': writes,
    'kubectl apply': () => {
      const { dev_id: name, recipe } = specification();
      return kubectlApply(bench, name, objectsOf(name, recipe));
    },
  };
}

/** What a user does: `POST /environments/start`, and waits for 200. */
export async function startBare({ api, adminToken }: Bench, developer: string): Promise<void> {
  const response = await fetch(`${api}/environments/start`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ dev_id: developer, project: 'bench', template: 'bare' }),
  });
  const answer = await response.text();
  if (response.status !== 200) throw new Error(`start answered ${response.status}: ${answer}`);
}
