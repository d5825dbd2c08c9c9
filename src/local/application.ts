import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { answering } from '../ipc/questions.ts';
import { ChildFleet } from './fleet.ts';
import { answersOf } from './fleet-answers.ts';
import { LOOPBACK } from './ports.ts';
import type { Supervisor } from './processes/supervisor.ts';
import { waitUntil } from './readiness.ts';
import { BUILT_IN_TEMPLATES, REPOSITORY } from './repository.ts';
import { type Servers, TEMPORAL_NAMESPACE } from './servers.ts';
import type { UserError } from './user-error.ts';

/** A worker hands on what it does; an API server answers who waits, as long as Temporal takes for that. */
const GRACE_MS = { worker: 10_000, api: 15_000 };
/** Five minutes of plans. */
const QUIET_ROUNDS = 10;
/** Where several may listen on one port, the system shares callers out among them. */
const SHARES_PORTS = process.platform === 'linux';
const ONE_A_PORT = { count: 1, because: 'Only one API server can listen on a port of this system.' };

/** What worker and API are started with. */
export interface ApplicationOptions {
  readonly supervisor: Supervisor;
  readonly servers: Pick<Servers, 'temporal' | 'workerKubeconfig' | 'ownershipKeyFile' | 'imagesFile' | 'probeImage'>;
  /** @default that which the embedded Temporal has for Berth */
  readonly temporalNamespace?: string;
  readonly port: number;
  readonly tokensFile: string;
  /** What the worker is told beside where its servers are. */
  readonly workerVariables?: Readonly<Record<string, string>>;
  /** The same for the API. */
  readonly apiVariables?: Readonly<Record<string, string>>;
  /** The directory of the templates. @default the built-in ones */
  readonly templates?: string | undefined;
  /** Whether more of both run where there is more to do. @default false */
  readonly scales?: boolean;
  /** Tells operators of those that died. @default nobody */
  readonly say?: (sentence: string) => void;
}

/**
 * Starts worker and API side by side and waits until both serve. Only the worker gets access to the cluster. Where they
 * are scaled, there may be more of them later.
 *
 * @returns the API's URL
 */
export async function startApplication(options: ApplicationOptions): Promise<string> {
  const { supervisor, servers, port, tokensFile, templates = BUILT_IN_TEMPLATES, scales } = options;
  const { temporalNamespace = TEMPORAL_NAMESPACE, workerVariables, apiVariables, say } = options;
  const temporal = { BERTH_TEMPORAL_ADDRESS: servers.temporal, BERTH_TEMPORAL_NAMESPACE: temporalNamespace };
  const recipes = {
    BERTH_TEMPLATES_DIR: resolve(templates),
    ...(servers.imagesFile !== undefined && { BERTH_IMAGES_FILE: servers.imagesFile }),
  };
  type OnDeath = (reason: UserError) => void;
  const starting = (part: 'worker' | 'api', env: NodeJS.ProcessEnv) => (index: number, onDeath: OnDeath) => {
    const name = index === 1 ? part : `${part}-${index}`;
    const child = supervisor.start({
      name,
      command: process.execPath,
      args: [join(REPOSITORY, 'src', part, 'main.ts')],
      env: { ...temporal, ...recipes, ...env },
      graceMs: GRACE_MS[part],
      ipc: true,
      onDeath,
    });
    if (part === 'worker' && scales) answering(child, answersOf(fleets));
    return { child, ready: untilReady(name, child, supervisor.signal) };
  };
  const processors = availableParallelism();
  const limits = { floor: 1, ceiling: processors, quiet_rounds: QUIET_ROUNDS };
  // A busy one computes on more than one processor, and so do Temporal and the apiserver beside it: on two processors, a
  // launch was seen to take a quarter longer with a second one. Operators may have more, where clusters are slow.
  const ofWorkers = { ...limits, ceiling: Math.max(1, Math.floor(processors / 2)) };
  const most = { count: processors, because: `There are ${processors} processors.` };
  const fleets = {
    workers: new ChildFleet({
      ...{ supervisor, limits: ofWorkers, most, say },
      start: starting('worker', {
        KUBECONFIG: servers.workerKubeconfig,
        BERTH_OWNERSHIP_KEY_FILE: servers.ownershipKeyFile,
        ...(servers.probeImage !== undefined && { BERTH_PROBE_IMAGE: servers.probeImage }),
        ...(scales && { BERTH_SCALE: 'children' }),
        ...workerVariables,
      }),
    }),
    api: new ChildFleet({
      ...{ supervisor, limits, most: SHARES_PORTS ? most : ONE_A_PORT, say },
      start: starting('api', {
        BERTH_LISTEN: `${LOOPBACK}:${port}`,
        BERTH_TOKENS_FILE: tokensFile,
        // Nothing stands before it that would have to notice.
        BERTH_DRAIN: '0',
        ...(scales && SHARES_PORTS && { BERTH_SHARE_PORT: 'true' }),
        ...apiVariables,
      }),
    }),
  };
  await Promise.all([fleets.workers.start(), fleets.api.start()]);
  return `http://${LOOPBACK}:${port}`;
}

async function untilReady(name: string, child: ChildProcess, signal: AbortSignal): Promise<void> {
  let ready = false;
  child.on('message', (message) => {
    ready ||= message === 'ready';
  });
  await waitUntil(name, () => ready, { signal });
}
