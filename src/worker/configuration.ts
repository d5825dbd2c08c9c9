import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { type Floors, floorsSchema } from '../capacity/floors.ts';
import type { Entrance } from '../cluster/kubeconfig.ts';
import type { ProofOptions } from '../cluster/proof/verify-isolation.ts';
import { DURATION, durationMs } from '../environment/duration.ts';
import type { Endpoint } from '../environment/proof-checks.ts';
import { addressSchema } from '../environment/recipe.ts';
import { LOG_LEVELS, type LogLevel } from '../logging/logger.ts';
import { readScaleBy, scaleVariables } from './scaling/configuration.ts';
import type { ScaleBy } from './scaling/scaling.ts';

/** Python's standard library is all that a proof needs of it. */
const PROBE_IMAGE =
  'docker.io/library/python:3.13-slim-bookworm@sha256:01f42367a0a94ad4bc17111776fd66e3500c1d87c15bbd6055b7371d39c124fb';

const schema = z.object({
  /** Host and port of the Temporal frontend. */
  BERTH_TEMPORAL_ADDRESS: z.string().min(1),
  BERTH_TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** A file with the key of the ownership marks: 64 hexadecimal digits. All workers of an installation share it. */
  BERTH_OWNERSHIP_KEY_FILE: z.string().min(1),
  /** The directory of the templates. */
  BERTH_TEMPLATES_DIR: z.string().min(1),
  /** A YAML or JSON file with the installation's own images in place of those that templates name. */
  BERTH_IMAGES_FILE: z.string().min(1).optional(),
  /** Of which templates environments wait to be claimed, and how many, such as node=5,default=2. */
  BERTH_POOLS: floorsSchema.default({}),
  /** The context of the kubeconfig to work with; without it, the current one. */
  BERTH_CONTEXT: z.string().min(1).optional(),
  /** An image with Python 3, from which packets are sent where isolation is proved. */
  BERTH_PROBE_IMAGE: z.string().min(1).default(PROBE_IMAGE),
  /** An address outside of the cluster and a TCP port that answers, as in 203.0.113.10:443 or [2001:db8::1]:443. */
  BERTH_PROBE_OUTSIDE: z.string().transform(endpoint).optional(),
  /** How often the canary proves that the cluster isolates, such as 15m; without it, never. */
  BERTH_CANARY_EVERY: z.string().regex(DURATION, 'must be a duration such as 15m').optional(),
  /** How often namespaces and workflows are compared, such as 5m; or never. */
  BERTH_SWEEP_EVERY: z
    .string()
    .refine((text) => text === 'never' || DURATION.test(text), 'must be a duration such as 5m, or never')
    .default('5m'),
  /** How long after its provisioning must have ended a namespace is left that nobody was given. */
  BERTH_SWEEP_GRACE: z.string().regex(DURATION, 'must be a duration such as 10m').default('10m'),
  /** Where metrics are served for Prometheus, as in 0.0.0.0:9464; without it, nowhere. */
  BERTH_METRICS_LISTEN: z.string().regex(/:\d+$/, 'must be an address and a port such as 0.0.0.0:9464').optional(),
  /** Where developers reach the cluster's apiserver; without it, where the worker does. */
  BERTH_CLUSTER_SERVER: z.url({ protocol: /^https$/, error: 'must be an https:// URL' }).optional(),
  /** A file with the certificates that this server is trusted by, PEM; without it, those that the worker trusts. */
  BERTH_CLUSTER_CA_FILE: z.string().min(1).optional(),
  BERTH_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  ...scaleVariables,
});

/** The names of all environment variables that it is configured by. */
export const VARIABLES = Object.keys(schema.shape);

export interface WorkerConfiguration {
  temporalAddress: string;
  temporalNamespace: string;
  ownershipKey: Buffer;
  templatesDirectory: string;
  imagesFile: string | undefined;
  pools: Floors;
  context: string | undefined;
  proof: ProofOptions;
  canaryEvery: string | undefined;
  sweepEvery: string | undefined;
  sweepGraceMs: number;
  metricsListen: string | undefined;
  logLevel: LogLevel;
  /** Where developers reach the cluster, as far as that is another way than the worker's. */
  entrance: Entrance;
  /** How servers are scaled; missing where they are not by this. */
  scale: ScaleBy | undefined;
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
    templatesDirectory: data.BERTH_TEMPLATES_DIR,
    imagesFile: data.BERTH_IMAGES_FILE,
    pools: data.BERTH_POOLS,
    context: data.BERTH_CONTEXT,
    proof: { image: data.BERTH_PROBE_IMAGE, outside: data.BERTH_PROBE_OUTSIDE },
    canaryEvery: data.BERTH_CANARY_EVERY,
    sweepEvery: data.BERTH_SWEEP_EVERY === 'never' ? undefined : data.BERTH_SWEEP_EVERY,
    sweepGraceMs: durationMs(data.BERTH_SWEEP_GRACE),
    metricsListen: data.BERTH_METRICS_LISTEN,
    logLevel: data.BERTH_LOG_LEVEL,
    entrance: { server: data.BERTH_CLUSTER_SERVER, caFile: data.BERTH_CLUSTER_CA_FILE },
    scale: readScaleBy(data),
  };
}

function endpoint(text: string, context: z.RefinementCtx): Endpoint {
  const [, v6, v4, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = v6 ?? v4 ?? '';
  if (!addressSchema.safeParse(address).success || Number(port) < 1 || Number(port) > 65_535)
    context.addIssue({ code: 'custom', message: 'must be an address with its port, such as 203.0.113.10:443' });
  return { address, port: Number(port) };
}
