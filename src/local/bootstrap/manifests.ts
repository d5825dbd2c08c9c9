import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import type { Cluster } from '../../cluster/client.ts';

const ADMISSION_GROUP = 'admissionregistration.k8s.io/';

/** Every object in the YAML files of a directory, in the order of the files' names. */
export async function readManifests(directory: string): Promise<KubernetesObject[]> {
  const files = (await readdir(directory)).filter((file) => /\.ya?ml$/.test(file)).toSorted();
  const objects = await Promise.all(files.map((file) => readManifest(join(directory, file))));
  return objects.flat();
}

/** Every object in a YAML file. */
export async function readManifest(file: string): Promise<KubernetesObject[]> {
  const documents = parseAllDocuments(await readFile(file, 'utf8'));
  return documents.map((document) => document.toJS() as KubernetesObject | null).filter((object) => object !== null);
}

/**
 * Applies objects by server-side apply: namespaces first, for what lies in them; then the rest side by side; admission
 * policies last and one after the other, so that when the last one is in force, all are.
 */
export async function applyAll(cluster: Cluster, objects: readonly KubernetesObject[], signal: AbortSignal) {
  const groups = Object.groupBy(objects, ({ apiVersion, kind }) =>
    kind === 'Namespace' ? 'namespaces' : apiVersion?.startsWith(ADMISSION_GROUP) ? 'admission' : 'others',
  );
  const { namespaces = [], others = [], admission = [] } = groups;
  for (const group of [namespaces, others]) await Promise.all(group.map((object) => cluster.apply(object, signal)));
  for (const object of admission) await cluster.apply(object, signal);
}
