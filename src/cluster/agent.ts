import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent } from 'undici';

const KEEP_ALIVE_MS = 30_000;

/** The kept-alive connections that all calls share, to whom the kubeconfig trusts and as whom it says. */
export async function agentFor(kubeConfig: KubeConfig, connections: number): Promise<Agent> {
  const tls: RequestOptions = {};
  await kubeConfig.applyToHTTPSOptions(tls);
  const { ca, cert, key, servername, rejectUnauthorized } = tls;
  return new Agent({
    connections,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(servername !== undefined && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    } as NonNullable<Agent.Options['connect']>,
  });
}
