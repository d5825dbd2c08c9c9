import type { KubernetesObject } from '@kubernetes/client-node';
import { vi } from 'vitest';
import type { Cluster } from '../../src/cluster/client.ts';
import { PROOF_LABEL } from '../../src/cluster/proof/pod.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { Identity } from '../../src/environment/identity.ts';
import type { Finding } from '../../src/environment/proof.ts';
import type { Guards } from '../../src/environment/recipe.ts';
import type { Specification } from '../../src/environment/request.ts';
import { someDeveloper } from './client.ts';
import { specification } from './lives.ts';

/** An environment of nobody else's, whose template demands proof. */
export async function demanding(template = 'bare', egress?: Guards['egress']): Promise<Specification> {
  const asked = await specification(someDeveloper(), template);
  const guards = { ...asked.recipe.guards, proof: 'required' as const, ...(egress && { egress }) };
  return { ...asked, recipe: { ...asked.recipe, guards } };
}

/** What a proof has found by one of its checks. */
export function found({ isolation }: Pick<Environment, 'isolation'>, name: string): Finding {
  const finding = isolation?.checks.find((check) => check.name === name);
  if (finding === undefined) throw new Error(`The proof has no check ${name}.`);
  return finding;
}

/** Waits until the namespace of an environment is there. @returns its uid, by which the pods of its proof are known */
export async function uidOf(cluster: Cluster, { dev_id }: Identity): Promise<string> {
  const reference = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `dev-${dev_id}` } };
  return await vi.waitFor(
    async () => {
      const uid = (await cluster.read(reference))?.metadata?.uid;
      if (uid === undefined) throw new Error(`There is no namespace dev-${dev_id}.`);
      return uid;
    },
    { timeout: 30_000, interval: 20 },
  );
}

/** The pods of the proof of an environment, in whatever namespace. */
export async function podsOfProof(cluster: Cluster, uid: string): Promise<string[]> {
  const pods = await cluster.list<KubernetesObject>({ apiVersion: 'v1', kind: 'Pod' }, '');
  const ofProof = pods.filter(({ metadata }) => metadata?.labels?.[PROOF_LABEL] === uid);
  return ofProof.map(({ metadata }) => `${metadata?.namespace}/${metadata?.name}`);
}
