import { readFile } from 'node:fs/promises';
import { KubeConfig } from '@kubernetes/client-node';
import type { Servers } from '../../../src/local/servers.ts';

/** What the servers know and a history must not, by what it is. */
export async function secretsOf(servers: Servers): Promise<Record<string, string>> {
  const [admin, worker] = [new KubeConfig(), new KubeConfig()];
  admin.loadFromFile(servers.adminKubeconfig);
  worker.loadFromFile(servers.workerKubeconfig);
  return {
    'the ownership key': await read(servers.ownershipKeyFile),
    "the administrator's token": admin.getCurrentUser()?.token ?? '',
    "the worker's token": await read(worker.getCurrentUser()?.authProvider.config.tokenFile),
  };
}

async function read(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim();
}
