import type { ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { LOOPBACK } from './ports.ts';
import type { Supervisor } from './processes/supervisor.ts';
import { waitUntil } from './readiness.ts';
import { BUILT_IN_TEMPLATES, REPOSITORY } from './repository.ts';
import { type Servers, TEMPORAL_NAMESPACE } from './servers.ts';

/** What worker and API are started with. */
export interface ApplicationOptions {
  readonly supervisor: Supervisor;
  readonly servers: Servers;
  readonly port: number;
  readonly tokensFile: string;
  /** What the worker is told beside where its servers are. */
  readonly workerVariables?: Readonly<Record<string, string>>;
  /** The directory of the templates. @default the built-in ones */
  readonly templates?: string | undefined;
}

/**
 * Starts worker and API side by side and waits until both serve. Only the worker gets access to the cluster.
 *
 * @returns the API's URL
 */
export async function startApplication(options: ApplicationOptions): Promise<string> {
  const { supervisor, servers, port, tokensFile, templates = BUILT_IN_TEMPLATES, workerVariables } = options;
  const temporal = { BERTH_TEMPORAL_ADDRESS: servers.temporal, BERTH_TEMPORAL_NAMESPACE: TEMPORAL_NAMESPACE };
  const recipes = {
    BERTH_TEMPLATES_DIR: resolve(templates),
    ...(servers.imagesFile !== undefined && { BERTH_IMAGES_FILE: servers.imagesFile }),
  };
  const start = (name: 'worker' | 'api', env: NodeJS.ProcessEnv): Promise<void> => {
    const child = supervisor.start({
      name,
      command: process.execPath,
      args: [join(REPOSITORY, 'src', name, 'main.ts')],
      env: { ...temporal, ...recipes, ...env },
      graceMs: 10_000,
      ipc: true,
    });
    return untilReady(name, child, supervisor.signal);
  };
  await Promise.all([
    start('worker', {
      KUBECONFIG: servers.workerKubeconfig,
      BERTH_OWNERSHIP_KEY_FILE: servers.ownershipKeyFile,
      ...(servers.probeImage !== undefined && { BERTH_PROBE_IMAGE: servers.probeImage }),
      ...workerVariables,
    }),
    start('api', {
      BERTH_LISTEN: `${LOOPBACK}:${port}`,
      BERTH_TOKENS_FILE: tokensFile,
      // Nothing stands before it that would have to notice.
      BERTH_DRAIN: '0',
    }),
  ]);
  return `http://${LOOPBACK}:${port}`;
}

async function untilReady(name: string, child: ChildProcess, signal: AbortSignal): Promise<void> {
  let ready = false;
  child.on('message', (message) => {
    ready ||= message === 'ready';
  });
  await waitUntil(name, () => ready, { signal });
}
