import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import { installPrograms } from '../../src/local/install/install.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';
import { startServers } from '../../src/local/servers.ts';
import { deleteState, holdStateDirectory } from '../../src/local/state-directory.ts';
import { clearAbandoned, PREFIX, removeAtExit } from './abandoned.ts';

/** The servers that all test files of a run share. */
export interface SharedServers {
  /** `host:port` */
  readonly temporal: string;
  readonly adminKubeconfig: string;
  readonly workerKubeconfig: string;
  readonly ownershipKeyFile: string;
  readonly stateDir: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: SharedServers;
  }
}

/** Starts the real servers once for the run; returns what ends them and leaves nothing behind. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const progress = progressOn(process.stderr);
  await clearAbandoned(tmpdir());
  const stateDir = mkdtempSync(join(tmpdir(), PREFIX));
  const held = holdStateDirectory(stateDir);
  const supervisor = new Supervisor(stateDir);
  const keepExitClean = removeAtExit(supervisor, stateDir);
  const end = async (): Promise<void> => {
    await supervisor.stop();
    held.release();
    await deleteState(stateDir);
    keepExitClean();
  };
  try {
    const cache = cacheDirectory(process.env);
    const { signal } = supervisor;
    const programs = await installPrograms({ cache, environment: process.env, progress, signal });
    progress.say('Starting Temporal and a control plane for the tests …');
    const servers = await startServers({ supervisor, stateDirectory: stateDir, programs, durable: false });
    const { temporal, adminKubeconfig, workerKubeconfig, ownershipKeyFile } = servers;
    project.provide('servers', { temporal, adminKubeconfig, workerKubeconfig, ownershipKeyFile, stateDir });
    return async () => {
      servers.stop();
      await end();
    };
  } catch (error) {
    await end();
    throw error;
  }
}
