import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startApplication } from '../../src/local/application.ts';
import { embeddedCluster, embeddedTemporal } from '../../src/local/embedded.ts';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import type { InstallOptions } from '../../src/local/install/options.ts';
import type { NodeKind } from '../../src/local/node/kind.ts';
import { choosePorts } from '../../src/local/ports.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';
import { startServers } from '../../src/local/servers.ts';
import { holdStateDirectory } from '../../src/local/state-directory.ts';
import { clearAbandoned, PREFIX, removeAtExit, removeRun } from './abandoned.ts';

/** The servers that all test files of a run share. */
export interface SharedServers {
  /** `host:port` */
  readonly temporal: string;
  /** Where Temporal tells Prometheus how it is: a URL. */
  readonly temporalMetrics: string;
  readonly adminKubeconfig: string;
  readonly workerKubeconfig: string;
  readonly ownershipKeyFile: string;
  /** The image that proofs send packets from; undefined where no container runs. */
  readonly probeImage: string | undefined;
  readonly stateDir: string;
  /** The URL of an API server with a worker behind it, as `npm start` runs them. */
  readonly api: string;
  /** Where that API looks for tokens. */
  readonly tokensFile: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: SharedServers;
  }
}

/**
 * Starts the servers of a run, which all of its files share, with a worker and an API.
 *
 * @param installNode - installs the node
 * @param makeTemplates - fills a directory with the templates that are offered instead of the built-in ones
 * @returns what ends them and leaves nothing behind
 */
export async function startForRun(
  project: TestProject,
  installNode: (options: InstallOptions) => Promise<NodeKind>,
  makeTemplates?: (directory: string) => Promise<void>,
): Promise<() => Promise<void>> {
  const progress = progressOn(process.stderr);
  clearAbandoned(tmpdir());
  const stateDir = mkdtempSync(join(tmpdir(), PREFIX));
  holdStateDirectory(stateDir);
  const supervisor = new Supervisor(stateDir);
  const keepExitClean = removeAtExit(supervisor, stateDir);
  const end = async (): Promise<void> => {
    await supervisor.stop();
    removeRun(stateDir);
    keepExitClean();
  };
  try {
    const cache = cacheDirectory(process.env);
    const install = { cache, environment: process.env, progress, supervisor };
    const parts = { temporal: await embeddedTemporal(install), cluster: await embeddedCluster(install, installNode) };
    progress.say('Starting Temporal and a control plane for the tests …');
    const servers = await startServers({ supervisor, stateDirectory: stateDir, ...parts, durable: false });
    const { temporal, temporalMetrics = '', adminKubeconfig, workerKubeconfig, ownershipKeyFile, probeImage } = servers;
    const tokensFile = join(stateDir, 'tokens.json');
    const { api: port } = await choosePorts(join(stateDir, 'ports.json'), { api: undefined });
    const templates = makeTemplates && join(stateDir, 'templates');
    if (templates !== undefined) await makeTemplates?.(templates);
    // Tests have Temporal namespaces of their own, and one key: a sweep would take up the environments of others.
    const workerVariables = { BERTH_SWEEP_EVERY: 'never' };
    const say = progress.say;
    const api = await startApplication({ supervisor, servers, port, tokensFile, templates, workerVariables, say });
    project.provide('servers', {
      temporal,
      temporalMetrics,
      adminKubeconfig,
      workerKubeconfig,
      ownershipKeyFile,
      probeImage,
      stateDir,
      api,
      tokensFile,
    });
    return async () => {
      servers.stop();
      await end();
    };
  } catch (error) {
    await end();
    throw error;
  }
}
