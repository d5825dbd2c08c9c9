import { z } from 'zod';
import type { ScaleBy } from './scaling.ts';

const deployment = z
  .string()
  .regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/, 'must be a namespace and a name such as berth-system/berth-worker')
  .transform((text) => {
    const [namespace = '', name = ''] = text.split('/');
    return { namespace, name };
  });

/** The variables that say how servers are scaled. */
export const scaleVariables = {
  /** What the plan of capacity scales: the children of `npm start`, or Deployments. */
  BERTH_SCALE: z.enum(['nothing', 'children', 'deployments']).default('nothing'),
  /** The Deployments of workers and of API servers, each as namespace/name. One that is left out is not scaled. */
  BERTH_WORKER_DEPLOYMENT: deployment.optional(),
  BERTH_API_DEPLOYMENT: deployment.optional(),
  /** A URL of API servers, such as http://berth-api-each:7070: every address of its host is asked how busy it is. */
  BERTH_API_SERVERS: z.url({ protocol: /^http$/, error: 'must be an http:// URL' }).optional(),
};

/** @throws Error that names the variable and what it should be */
export function readScaleBy(data: z.infer<z.ZodObject<typeof scaleVariables>>): ScaleBy | undefined {
  const { BERTH_SCALE: by, BERTH_WORKER_DEPLOYMENT: workers, BERTH_API_DEPLOYMENT: api, BERTH_API_SERVERS: url } = data;
  if (by === 'nothing') return undefined;
  if (by === 'children') return { by };
  if (workers === undefined && api === undefined)
    throw new Error(
      'The variable BERTH_SCALE is deployments and names none: set BERTH_WORKER_DEPLOYMENT, BERTH_API_DEPLOYMENT or both.',
    );
  const names = { ...(workers && { workers }), ...(api && { api }) };
  return { by, names, apiServers: url === undefined ? undefined : new URL(url) };
}
