import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubernetesObject } from '@kubernetes/client-node';
import { ENVIRONMENT } from '../src/cluster/objects/labels.ts';
import type { Bench } from './servers.ts';

const run = promisify(execFile);

/** Runs `kubectl` as the administrator of a benchmark's cluster. */
export async function kubectl({ servers }: Bench, ...args: string[]): Promise<void> {
  await run('kubectl', ['--kubeconfig', servers.adminKubeconfig, ...args]).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error('kubectl is not on the PATH: install it, to compare with it.') : error;
  });
}

/**
 * Applies objects as somebody does who has them at hand: without the default account, which between kubectl's look and
 * its create the cluster makes itself; and without the label of environments, which it lets nobody but the worker give.
 *
 * @param name - for the file that holds them
 */
export async function kubectlApply(bench: Bench, name: string, objects: KubernetesObject[]): Promise<void> {
  const file = join(bench.stateDirectory, `${name}.json`);
  const items = objects.filter(({ metadata }) => metadata?.name !== 'default');
  for (const { metadata } of items) for (const label of Object.keys(ENVIRONMENT)) delete metadata?.labels?.[label];
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: items.map(plain) }));
  await kubectl(bench, 'apply', '-f', file);
}

/** As the apiserver names the fields, which the client's types do not where a name is a word of the language. */
function plain(object: object): unknown {
  return JSON.parse(JSON.stringify(object).replaceAll('"_default":', '"default":').replaceAll('"_from":', '"from":'));
}
