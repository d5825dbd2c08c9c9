import { cancellationSignal } from '@temporalio/activity';
import { mintAccess } from '../cluster/access.ts';
import type { AccessRequest, SealedAccess } from '../environment/access.ts';
import type { Identity } from '../environment/identity.ts';
import type { Namespace } from '../environment/life.ts';
import { seal } from '../environment/sealing.ts';
import type { Dependencies } from './dependencies.ts';

/** What lets developers into their environments. */
export function accessActivities({ cluster, ownershipKey, entrance }: Dependencies) {
  return {
    /** Mints credentials and seals them at once: whatever an activity answers can be read in its workflow's history. */
    async grantAccess(identity: Identity, namespace: Namespace, asked: AccessRequest): Promise<SealedAccess> {
      const { sealingKey, seconds } = asked;
      const signal = cancellationSignal();
      const access = await mintAccess(cluster, ownershipKey, entrance, namespace, identity, seconds, signal);
      const sealed = await seal(access.kubeconfig, sealingKey);
      return { sealed, namespace: namespace.name, expires_at: access.expiresAt.toISOString() };
    },
  };
}
