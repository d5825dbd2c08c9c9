import { createHmac } from 'node:crypto';
import type { V1Namespace } from '@kubernetes/client-node';
import type { Life, Namespace } from '../../environment/life.ts';
import type { Guards } from '../../environment/recipe.ts';
import type { Cluster } from '../client.ts';
import { createMarked } from '../create-namespace.ts';
import { serviceAccounts } from '../objects/access.ts';
import { resourceQuota } from '../objects/limits.ts';
import { wasBornOf } from '../ownership.ts';

/** No developer's: a project of this name would be led to another namespace, since the run is another. */
const IDENTITY = { dev_id: 'berth.neighbour', project: 'proof' };

/** Room for ten proofs at once; others wait for theirs. */
const QUOTA: Guards['quota'] = {
  cpu: '4',
  memory: '2Gi',
  ephemeral_storage: '1Gi',
  storage: '0',
  volumes: 0,
  pods: 20,
  services: 0,
};

/**
 * Makes sure that there is a neighbour: another environment, as hostile as can be, without any network policy. From here
 * it is tried to reach into environments, and what is shut to them is shown to be open here. There is one for an
 * installation, made when it is first needed and kept: it holds nothing between proofs, and nobody has access to it.
 */
export async function ensureNeighbour(
  cluster: Cluster,
  ownershipKey: Buffer,
  signal?: AbortSignal,
): Promise<Namespace> {
  const namespace = await createMarked(cluster, ownershipKey, IDENTITY, lifeBy(ownershipKey), {}, signal);
  const [defaultAccount] = serviceAccounts(namespace.name);
  const quota = resourceQuota(namespace.name, { quota: QUOTA }, { asleep: false });
  await Promise.all([defaultAccount, quota].map((object) => object && cluster.apply(object, signal)));
  return namespace;
}

/** Whether a namespace is the neighbour of this installation. */
export function isNeighbour(ownershipKey: Buffer, namespace: V1Namespace): boolean {
  return wasBornOf(ownershipKey, namespace, lifeBy(ownershipKey), IDENTITY);
}

/** Each installation on a cluster has its own, and finds it again: so both are derived from its key. */
function lifeBy(ownershipKey: Buffer): Life {
  const derive = (what: string): string => createHmac('sha256', ownershipKey).update(`neighbour ${what}`).digest('hex');
  return { run: derive('run'), nonce: derive('nonce') };
}
