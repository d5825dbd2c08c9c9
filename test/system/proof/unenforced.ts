import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { Client, Connection } from '@temporalio/client';
import { inject } from 'vitest';
import { issueToken } from '../../../src/api/authentication/token-file.ts';
import { type Cluster, connectCluster } from '../../../src/cluster/client.ts';
import { startApplication } from '../../../src/local/application.ts';
import { embeddedCluster, embeddedTemporal } from '../../../src/local/embedded.ts';
import { cacheDirectory } from '../../../src/local/install/cache.ts';
import { realNode } from '../../../src/local/node/install.ts';
import { choosePorts, LOOPBACK } from '../../../src/local/ports.ts';
import { Supervisor } from '../../../src/local/processes/supervisor.ts';
import { progressOn } from '../../../src/local/progress.ts';
import { startServers } from '../../../src/local/servers.ts';
import { holdStateDirectory } from '../../../src/local/state-directory.ts';
import { removeAtExit, removeRun, STARTS_PREFIX } from '../../setup/abandoned.ts';

/** All of Berth on a node of its own, which accepts network policies and ignores them. */
export interface Unenforced {
  readonly api: string;
  readonly token: string;
  readonly temporal: Client;
  readonly kubeConfig: KubeConfig;
  readonly cluster: Cluster;
  /** The URL of the worker's metrics. */
  readonly metrics: string;
  /** Ends it, and leaves nothing. */
  end(): Promise<void>;
}

/** Starts it as `npm start -- --unenforced` does, with metrics, and with a canary that waits until it is asked. */
export async function startUnenforced(): Promise<Unenforced> {
  // Inside the run's own: what ends a run that was interrupted finds it there.
  const stateDirectory = mkdtempSync(join(inject('servers').stateDir, STARTS_PREFIX));
  holdStateDirectory(stateDirectory);
  const supervisor = new Supervisor(stateDirectory);
  const keepExitClean = removeAtExit(supervisor, stateDirectory);
  const install = {
    cache: cacheDirectory(process.env),
    environment: process.env,
    progress: progressOn(process.stderr),
    supervisor,
  };
  const temporal = await embeddedTemporal(install);
  const cluster = await embeddedCluster(install, (options) => realNode(options, false));
  const servers = await startServers({ supervisor, stateDirectory, temporal, cluster, durable: false });
  const ports = await choosePorts(join(stateDirectory, 'ports.json'), { api: undefined, metrics: undefined });
  const tokensFile = join(stateDirectory, 'tokens.json');
  const workerVariables = { BERTH_CANARY_EVERY: '30d', BERTH_METRICS_LISTEN: `${LOOPBACK}:${ports.metrics}` };
  const api = await startApplication({ supervisor, servers, port: ports.api, tokensFile, workerVariables });
  const expiresAt = new Date(Date.now() + 3_600_000);
  const token = await issueToken(tokensFile, { role: 'admin' }, { expiresAt });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(servers.adminKubeconfig);
  const live = await connectCluster(kubeConfig);
  const connection = await Connection.connect({ address: servers.temporal });
  return {
    ...{ api, token, kubeConfig, cluster: live, temporal: new Client({ connection }) },
    metrics: `http://${LOOPBACK}:${ports.metrics}/metrics`,
    end: async () => {
      await Promise.all([live.close(), connection.close()]);
      servers.stop();
      await supervisor.stop();
      removeRun(stateDirectory);
      keepExitClean();
    },
  };
}
