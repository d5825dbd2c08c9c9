import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { V1Namespace } from '@kubernetes/client-node';
import type { Client } from '@temporalio/client';
import type { Cluster } from '../../src/cluster/client.ts';
import { isolate } from '../../src/cluster/isolate.ts';
import { ANNOTATION } from '../../src/cluster/ownership.ts';
import { type Identity, workflowId } from '../../src/environment/identity.ts';
import type { Namespace } from '../../src/environment/life.ts';
import { specification } from './lives.ts';

/** Builds what a start builds whose worker and workflow are lost before anybody is given it. */
export async function neverReady(
  worker: Cluster,
  keyFile: string,
  { dev_id, project }: Identity,
  { deadline = '1s', run = randomUUID() as string, isMarked = true } = {},
): Promise<Namespace> {
  const asked = await specification(dev_id, 'bare', { project, recipe: { deadline } });
  const key = Buffer.from(readFileSync(keyFile, 'utf8').trim(), 'hex');
  const namespace = await isolate(worker, key, asked, { run, nonce: randomUUID() });
  // Its worker may have ended right after the create: without the mark that needs the uid.
  if (!isMarked) await unmark(worker, namespace);
  return namespace;
}

async function unmark(worker: Cluster, { name, uid }: Namespace): Promise<void> {
  const annotations = { [ANNOTATION.ownerMark]: null } as unknown as Record<string, string>;
  await worker.merge({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } }, uid);
}

/** Has the workflow of an environment vanish, without a word to anybody. */
export async function loseWorkflow(temporal: Client, identity: Identity): Promise<void> {
  await temporal.workflow.getHandle(workflowId(identity)).terminate('a test has lost it');
}

/** What a namespace remembers of its environment; `null` where that is nothing. */
export async function rememberedIn(cluster: Cluster, namespace: string | null): Promise<unknown> {
  const { annotations = {} } = (await namespaceNow(cluster, namespace))?.metadata ?? {};
  return JSON.parse(annotations[ANNOTATION.environment] ?? 'null');
}

/** The namespace of this name; `undefined` where there is none. */
export function namespaceNow(cluster: Cluster, name: string | null): Promise<V1Namespace | undefined> {
  return cluster.read<V1Namespace>({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: name ?? '' } });
}
