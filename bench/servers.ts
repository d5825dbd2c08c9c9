import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueToken } from '../src/api/authentication/token-file.ts';
import { startApplication } from '../src/local/application.ts';
import { embeddedCluster, embeddedTemporal } from '../src/local/embedded.ts';
import { cacheDirectory } from '../src/local/install/cache.ts';
import { realNode, simulatedNode } from '../src/local/node/install.ts';
import type { NodeKind } from '../src/local/node/kind.ts';
import { choosePorts } from '../src/local/ports.ts';
import { Supervisor } from '../src/local/processes/supervisor.ts';
import { progressOn } from '../src/local/progress.ts';
import { type Servers, startServers } from '../src/local/servers.ts';
import { emptyState, holdStateDirectory } from '../src/local/state-directory.ts';
import type { DynamicConfig } from '../src/local/temporal/server.ts';

/** Everything that `npm start` runs, on storage that is kept as there, for one benchmark. */
export interface Bench {
  servers: Servers;
  api: string;
  adminToken: string;
  stateDirectory: string;
}

/** What is not as `npm start -- --simulated` has it. */
export interface BenchOptions {
  /** Temporal's settings. */
  dynamicConfig?: DynamicConfig | undefined;
  /** What the worker is told beside where its servers are. */
  workerVariables?: Readonly<Record<string, string>>;
  /** Whether there are more workers and API servers where there is more to do. @default false */
  scales?: boolean;
  /** @default 'simulated' */
  node?: NodeKind['kind'];
  /** The directory of the templates. @default the built-in ones */
  templates?: string;
}

/** Runs a benchmark on servers of its own, and leaves nothing behind. */
export async function onServers(
  run: (bench: Bench) => Promise<void>,
  { dynamicConfig, workerVariables, scales = false, node = 'simulated', templates }: BenchOptions = {},
): Promise<void> {
  const progress = progressOn(process.stderr);
  const stateDirectory = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  const held = holdStateDirectory(stateDirectory);
  const supervisor = new Supervisor(stateDirectory);
  process.once('exit', () => supervisor.killAll());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    const install = { cache: cacheDirectory(process.env), environment: process.env, progress, supervisor };
    const servers = await startServers({
      supervisor,
      stateDirectory,
      temporal: { ...(await embeddedTemporal(install)), dynamicConfig },
      cluster: await embeddedCluster(install, node === 'real' ? realNode : simulatedNode),
    });
    const tokensFile = join(stateDirectory, 'tokens.json');
    const expiresAt = new Date(Date.now() + 86_400_000);
    const adminToken = await issueToken(tokensFile, { role: 'admin' }, { expiresAt });
    const { api: port } = await choosePorts(join(stateDirectory, 'ports.json'), { api: undefined });
    const api = await startApplication({
      supervisor,
      servers,
      port,
      tokensFile,
      templates,
      scales,
      ...(workerVariables && { workerVariables }),
    });
    await run({ servers, api, adminToken, stateDirectory });
    servers.stop();
  } finally {
    await supervisor.stop();
    await emptyState(stateDirectory);
    held.release();
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}
