import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Entrance } from '../cluster/kubeconfig.ts';

const schema = z.object({
  /** Host and port of the Temporal frontend. */
  BERTH_TEMPORAL_ADDRESS: z.string().min(1),
  BERTH_TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** A file with the key of the ownership marks: 64 hexadecimal digits. All workers of an installation share it. */
  BERTH_OWNERSHIP_KEY_FILE: z.string().min(1),
  /** The context of the kubeconfig to work with; without it, the current one. */
  BERTH_CONTEXT: z.string().min(1).optional(),
  /** Where developers reach the cluster's apiserver; without it, where the worker does. */
  BERTH_CLUSTER_SERVER: z.url({ protocol: /^https$/, error: 'must be an https:// URL' }).optional(),
  /** A file with the certificates that this server is trusted by, PEM; without it, those that the worker trusts. */
  BERTH_CLUSTER_CA_FILE: z.string().min(1).optional(),
});

export interface WorkerConfiguration {
  temporalAddress: string;
  temporalNamespace: string;
  ownershipKey: Buffer;
  context: string | undefined;
  /** Where developers reach the cluster, as far as that is another way than the worker's. */
  entrance: Entrance;
}

/**
 * The worker's configuration from its environment variables. The cluster is found as every client finds it: KUBECONFIG,
 * or the account of the pod that it runs in.
 *
 * @throws Error that names the variable and what it should be
 */
export async function readConfiguration(variables: NodeJS.ProcessEnv): Promise<WorkerConfiguration> {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`The variable ${issue?.path.join('.')} is missing or wrong: ${issue?.message}.`);
  }
  const { data } = parsed;
  const hex = (await readFile(data.BERTH_OWNERSHIP_KEY_FILE, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new Error(
      `The file ${data.BERTH_OWNERSHIP_KEY_FILE} must hold 64 hexadecimal digits: make one with 'openssl rand -hex 32'.`,
    );
  }
  return {
    temporalAddress: data.BERTH_TEMPORAL_ADDRESS,
    temporalNamespace: data.BERTH_TEMPORAL_NAMESPACE,
    ownershipKey: Buffer.from(hex, 'hex'),
    context: data.BERTH_CONTEXT,
    entrance: { server: data.BERTH_CLUSTER_SERVER, caFile: data.BERTH_CLUSTER_CA_FILE },
  };
}
