import type { V1Namespace } from '@kubernetes/client-node';
import type { Environment } from '../../environment/environment.ts';
import type { Life, Namespace } from '../../environment/life.ts';
import type { Specification } from '../../environment/request.ts';
import type { Cluster, ListOptions } from '../client.ts';
import { CLAIMED_BY, selectorOf } from '../objects/labels.ts';
import { ANNOTATION } from '../ownership.ts';
import { recall } from '../recall.ts';

/** A slot that was claimed: it is the environment's own. */
export interface Claimed {
  namespace: Namespace;
  /** What it is made of, which may be an earlier version of the template. */
  specification: Specification;
  environment: Environment;
  /** Whether its end was begun. */
  isGoing: boolean;
}

/** What a life has claimed, also where the answer to its claim was lost. */
export async function findClaimed(
  cluster: Cluster,
  ownershipKey: Buffer,
  life: Life,
  options: Pick<ListOptions, 'signal' | 'notOlderThan'>,
): Promise<Claimed[]> {
  const labels = selectorOf({ [CLAIMED_BY]: life.run });
  const kind = { apiVersion: 'v1', kind: 'Namespace' };
  const found = await cluster.list<V1Namespace>(kind, undefined, { ...options, labels });
  return found.flatMap((live) => {
    const remembered = recall(ownershipKey, live);
    if (remembered?.environment === undefined || remembered.life.run !== life.run) return [];
    const { namespace, specification, environment } = remembered;
    const { deletionTimestamp, annotations = {} } = live.metadata ?? {};
    const isGoing = deletionTimestamp !== undefined || annotations[ANNOTATION.ended] !== undefined;
    return [{ namespace, specification, environment, isGoing }];
  });
}
