import type { Environment } from '../environment/environment.ts';
import type { Identity } from '../environment/identity.ts';
import type { Life, Namespace } from '../environment/life.ts';
import type { Specification } from '../environment/request.ts';
import type { Cluster } from './client.ts';
import { readNamespace } from './own-namespace.ts';
import { recall } from './recall.ts';
import { findNamespaces } from './teardown.ts';

/** An environment that somebody was given, and where it is. */
export interface Lived {
  namespace: Namespace;
  environment: Environment;
  specification: Specification;
}

/** What the namespace of a life remembers of it; `undefined` where it was never ready, or is going. */
export async function recallLife(
  cluster: Cluster,
  ownershipKey: Buffer,
  identity: Identity,
  life: Life,
  signal?: AbortSignal,
): Promise<Lived | undefined> {
  for (const { name } of await findNamespaces(cluster, ownershipKey, identity, life, signal)) {
    const live = await readNamespace(cluster, name, signal);
    const remembered = live && !live.metadata?.deletionTimestamp ? recall(ownershipKey, live) : undefined;
    if (remembered?.environment !== undefined && remembered.life.run === life.run) {
      const { namespace, environment, specification } = remembered;
      return { namespace, environment, specification };
    }
  }
  return undefined;
}
