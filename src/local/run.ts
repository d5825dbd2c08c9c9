import { join } from 'node:path';
import { issueToken } from '../api/authentication/token-file.ts';
import type { Announcement } from './announcement.ts';
import { startApplication } from './application.ts';
import { embeddedCluster, embeddedTemporal } from './embedded.ts';
import { type ExistingCluster, existingCluster } from './existing-cluster.ts';
import { cacheDirectory } from './install/cache.ts';
import { installNode } from './node/install.ts';
import type { StartOptions } from './options.ts';
import { type Reservation, reservePort, reservePorts } from './ports.ts';
import type { Supervisor } from './processes/supervisor.ts';
import type { Progress } from './progress.ts';
import { type ServersOptions, startServers } from './servers.ts';
import { UserError } from './user-error.ts';

const PREFERRED_PORT = 7070;
const CANARY_EVERY = '15m';
const TOKEN_LIFETIME_MS = 30 * 24 * 60 * 60 * 1000;

/** Where and with what a start works. */
export interface RunContext {
  readonly supervisor: Supervisor;
  readonly stateDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly progress: Progress;
}

/**
 * Brings everything up: programs, servers, worker and API.
 *
 * @throws {@link UserError} that says what stands in the way
 */
export async function bringUp(options: StartOptions, context: RunContext): Promise<Announcement> {
  const { supervisor, stateDirectory, environment, progress } = context;
  const reservation = await reserveApiPort(options.port, stateDirectory);
  const cluster = options.context === undefined ? undefined : existingCluster(options.context, environment);
  if (cluster !== undefined) {
    progress.say(
      `Using the cluster at ${cluster.server} (context "${options.context}" of ${cluster.file}): Berth will write its roles, its namespace berth-system and the environments to it.`,
    );
  }
  const parts = await findParts(options, cluster, context);
  progress.say('Starting the servers …');
  const servers = await startServers({ supervisor, stateDirectory, ...parts });
  const tokensFile = join(stateDirectory, 'tokens.json');
  const expiresAt = new Date(Date.now() + TOKEN_LIFETIME_MS);
  const grant = { expiresAt, label: 'npm start' };
  const token = await issueToken(tokensFile, { role: 'developer', dev_id: 'user123' }, grant);
  const adminToken = await issueToken(tokensFile, { role: 'admin' }, grant);
  await reservation.release();
  const api = await startApplication({
    supervisor,
    servers,
    port: reservation.ports.api,
    tokensFile,
    templates: options.templates,
    scales: true,
    say: progress.say,
    workerVariables: {
      // A simulated node sends no packets, and a cluster that is not ours is not to be probed unasked.
      ...(servers.node === 'real' && { BERTH_CANARY_EVERY: CANARY_EVERY }),
      BERTH_POOLS: options.pools.join(','),
    },
  });
  return {
    api,
    token,
    admin_token: adminToken,
    kubeconfig: servers.adminKubeconfig,
    temporal: servers.temporal,
    temporal_ui: servers.temporalUi ?? null,
    node: servers.node ?? null,
  };
}

async function findParts(
  options: StartOptions,
  existing: ExistingCluster | undefined,
  { environment, progress, supervisor }: RunContext,
): Promise<Pick<ServersOptions, 'temporal' | 'cluster'>> {
  const install = { cache: cacheDirectory(environment), environment, progress, supervisor };
  const { temporal: address } = options;
  const temporal = address === undefined ? await embeddedTemporal(install) : { address };
  return { temporal, cluster: existing ?? (await embeddedCluster(install, () => installNode(options, install))) };
}

/** Held while the servers start: another checkout that starts now must choose another one. */
async function reserveApiPort(asked: number | undefined, stateDirectory: string): Promise<Reservation<'api'>> {
  if (asked === undefined) return await reservePorts(join(stateDirectory, 'ports.json'), { api: PREFERRED_PORT });
  const reservation = await reservePort('api', asked);
  if (reservation !== undefined) return reservation;
  throw new UserError(
    `Port ${asked} is taken by another program: choose another with --port, or leave it out for a free one.`,
  );
}
