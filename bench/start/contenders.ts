import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import type { Cluster } from '../../src/cluster/client.ts';
import { ENVIRONMENT } from '../../src/cluster/objects/labels.ts';
import type { Specification } from '../../src/environment/request.ts';
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
    'kubectl apply': () => kubectlApply(bench, specification()),
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

async function kubectlApply(
  { servers, stateDirectory }: Bench,
  { dev_id: name, recipe }: Specification,
): Promise<void> {
  const file = join(stateDirectory, `${name}.json`);
  // Without the default account: between kubectl's look and its create the cluster makes one itself. Without the label
  // of environments: the cluster lets nobody but the worker give it.
  const items = objectsOf(name, recipe).filter(({ metadata }) => metadata?.name !== 'default');
  for (const { metadata } of items) for (const label of Object.keys(ENVIRONMENT)) delete metadata?.labels?.[label];
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: items.map(plain) }));
  const apply = promisify(execFile)('kubectl', ['--kubeconfig', servers.adminKubeconfig, 'apply', '-f', file]);
  await apply.catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('kubectl is not on the PATH: install it, to compare with it.') : error;
  });
}

/** As the apiserver names the fields, which the client's types do not where a name is a word of the language. */
function plain(object: object): unknown {
  return JSON.parse(JSON.stringify(object).replaceAll('"_default":', '"default":').replaceAll('"_from":', '"from":'));
}
