import type { AuthenticationV1TokenRequest, V1ResourceQuota } from '@kubernetes/client-node';
import { vi } from 'vitest';
import type { Identity } from '../../src/environment/identity.ts';
import { call, someDeveloper, terminate, tokenFor } from '../setup/client.ts';
import { type Apiserver, asBearer, asWorker } from './apiserver.ts';

const COUNTED_MS = 30_000;

/** A real environment, and the apiserver as its developer reaches it. */
export interface Home {
  readonly identity: Identity;
  readonly namespace: string;
  /** A path inside its namespace, such as `at('pods')` or `at('deployments/web', 'apis/apps/v1')`. */
  at(resource: string, root?: string): string;
  readonly developer: Apiserver;
  /** Terminates it. @returns once nothing is left, where asked to wait */
  end(options?: { wait: boolean }): Promise<void>;
}

/** Starts an environment through the API, and mints its developer's credentials with the worker's rights. */
export async function home(template = 'bare'): Promise<Home> {
  const identity = { dev_id: someDeveloper('iso'), project: 'shop' };
  const token = await tokenFor(identity.dev_id);
  const { status, body } = await call(token, 'POST', '/environments/start', { body: { ...identity, template } });
  const { namespace } = body;
  if (status !== 200 || namespace == null) throw new Error(`the start was answered with ${status}: ${body.detail}`);
  const at: Home['at'] = (resource, root = 'api/v1') => `/${root}/namespaces/${namespace}/${resource}`;
  const developer = asBearer(await mintToken(namespace));
  await untilCounted(developer, at('resourcequotas/quota'));
  return {
    identity,
    namespace,
    at,
    developer,
    end: async ({ wait } = { wait: false }) => {
      await terminate(token, identity, wait ? {} : { Prefer: 'respond-async' });
    },
  };
}

/** A new quota refuses all that it is to count, until the cluster has counted it once. */
async function untilCounted(developer: Apiserver, quota: string): Promise<void> {
  await vi.waitFor(
    async () => {
      const { body } = await developer.get<V1ResourceQuota>(quota);
      if (body.status?.used === undefined) throw new Error('The quota was not counted.');
    },
    { timeout: COUNTED_MS, interval: 50 },
  );
}

/** A token for the account of an environment's developer. */
export async function mintToken(namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/developer/token`;
  const { status, message, body } = await asWorker().create<AuthenticationV1TokenRequest>(path, {
    spec: { expirationSeconds: 3600 },
  });
  if (status !== 201) throw new Error(`the worker got no token for the developer: ${status} ${message}`);
  return body.status?.token ?? '';
}
