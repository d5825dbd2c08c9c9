import { z } from 'zod';
import { DURATION, durationMs } from '../environment/duration.ts';
import { LOG_LEVELS, type LogLevel } from '../logging/logger.ts';
import type { Quota } from './limits/bucket.ts';
import { GENEROUS, type Limits } from './limits/limits.ts';

/** A quota, written as how often in how long. */
const quota = z
  .string()
  .regex(/^[1-9]\d{0,6}\/[1-9]\d{0,3}[smh]$/, 'must be how often in how long, such as 600/1m')
  .transform((text): Quota => {
    const [requests = '', window = ''] = text.split('/');
    return { requests: Number(requests), windowMs: durationMs(window) };
  });

const schema = z.object({
  /** Host and port of the Temporal frontend. */
  BERTH_TEMPORAL_ADDRESS: z.string().min(1),
  BERTH_TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  /** Host and port to listen on. */
  BERTH_LISTEN: z
    .string()
    .regex(/^\S+:\d{1,5}$/, 'must be a host and a port, such as 127.0.0.1:7070')
    .default('127.0.0.1:7070'),
  /** Whether other API servers listen on the same port of this host: the system shares callers out among them. */
  BERTH_SHARE_PORT: z.stringbool().default(false),
  /** The file of issued tokens, written by `berth token`. */
  BERTH_TOKENS_FILE: z.string().min(1),
  /** The directory of the templates. */
  BERTH_TEMPLATES_DIR: z.string().min(1),
  /** A YAML or JSON file with the installation's own images in place of those that templates name. */
  BERTH_IMAGES_FILE: z.string().min(1).optional(),
  /** For how many callers this server does something at once; who comes beyond that is told to come back. */
  BERTH_MOST_CALLS: z.coerce.number().int().min(1).default(1000),
  /** How often whoever bears one token may ask this server, such as 60000/1m. */
  BERTH_TOKEN_LIMIT: quota.default(GENEROUS.token),
  /** How often a developer may, with all tokens together. */
  BERTH_DEVELOPER_LIMIT: quota.default(GENEROUS.developer),
  /** How many calls of one developer may wait at this server at once. */
  BERTH_DEVELOPER_CALLS: z.coerce.number().int().min(1).default(GENEROUS.developerCalls),
  /** How long it serves on once it is told to end: as long as balancers take to notice. */
  BERTH_DRAIN: z
    .string()
    .refine((text) => text === '0' || DURATION.test(text), 'must be a duration such as 10s, or 0')
    .default('10s'),
  /** Where metrics are served for Prometheus, as in 0.0.0.0:9465; without it, nowhere. */
  BERTH_METRICS_LISTEN: z.string().regex(/:\d+$/, 'must be an address and a port such as 0.0.0.0:9465').optional(),
  BERTH_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
});

/** The names of all environment variables that it is configured by. */
export const VARIABLES = Object.keys(schema.shape);

export interface ApiConfiguration {
  temporalAddress: string;
  temporalNamespace: string;
  host: string;
  port: number;
  sharePort: boolean;
  tokensFile: string;
  templatesDirectory: string;
  imagesFile: string | undefined;
  mostCalls: number;
  limits: Limits;
  drainMs: number;
  metricsListen: string | undefined;
  logLevel: LogLevel;
}

/**
 * The API's configuration from its environment variables.
 * @throws Error that names the variable and what it should be
 */
export function readConfiguration(variables: NodeJS.ProcessEnv): ApiConfiguration {
  const parsed = schema.safeParse(variables);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`The variable ${issue?.path.join('.')} is missing or wrong: ${issue?.message}.`);
  }
  const { data } = parsed;
  const separator = data.BERTH_LISTEN.lastIndexOf(':');
  return {
    temporalAddress: data.BERTH_TEMPORAL_ADDRESS,
    temporalNamespace: data.BERTH_TEMPORAL_NAMESPACE,
    host: data.BERTH_LISTEN.slice(0, separator),
    port: Number(data.BERTH_LISTEN.slice(separator + 1)),
    sharePort: data.BERTH_SHARE_PORT,
    tokensFile: data.BERTH_TOKENS_FILE,
    templatesDirectory: data.BERTH_TEMPLATES_DIR,
    imagesFile: data.BERTH_IMAGES_FILE,
    mostCalls: data.BERTH_MOST_CALLS,
    limits: {
      token: data.BERTH_TOKEN_LIMIT,
      developer: data.BERTH_DEVELOPER_LIMIT,
      developerCalls: data.BERTH_DEVELOPER_CALLS,
    },
    drainMs: data.BERTH_DRAIN === '0' ? 0 : durationMs(data.BERTH_DRAIN),
    metricsListen: data.BERTH_METRICS_LISTEN,
    logLevel: data.BERTH_LOG_LEVEL,
  };
}
