import type { State } from './environment.ts';
import type { SealingKey } from './sealing.ts';

/** What an API server asks an environment for: credentials that only this server can read. */
export interface AccessRequest {
  /** A key of its own for each request. */
  sealingKey: SealingKey;
  /** How long they are to be valid, in seconds. */
  seconds: number;
}

/** A developer's credentials for one environment, as they may be seen by others on their way. */
export interface SealedAccess {
  /** A file that the cluster's own tools read, sealed. */
  sealed: string;
  namespace: string;
  /** RFC 3339, in UTC. The cluster has the last word on it. */
  expires_at: string;
}

/** Why there is no access to an environment in this state, and what to do about it; `undefined` where there is. */
export function accessFault(state: State): string | undefined {
  switch (state) {
    case 'ready':
    case 'degraded':
      return;
    case 'queued':
    case 'provisioning':
    case 'verifying':
      return 'It is still being provisioned. Ask again when it is ready.';
    case 'asleep':
      return 'It is asleep. Wake it, then ask again.';
    case 'terminating':
      return 'It is being terminated. Start it again, then ask again.';
    case 'terminated':
      return 'It is terminated. Start it again, then ask again.';
    case 'failed':
      return 'Its provisioning failed. Start it again, then ask again.';
  }
}
