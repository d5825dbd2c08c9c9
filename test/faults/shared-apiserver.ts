import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { inject } from 'vitest';
import { ApiserverProxy } from './apiserver-proxy.ts';

/**
 * A proxy before the shared apiserver.
 *
 * @param account whose rights those have who come through it
 * @param directory where its files go
 */
export function proxyToSharedApiserver(account: 'worker' | 'admin', directory: string): Promise<ApiserverProxy> {
  const { stateDir, adminKubeconfig, workerKubeconfig } = inject('servers');
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(account === 'admin' ? adminKubeconfig : workerKubeconfig);
  const user = kubeConfig.getCurrentUser();
  const apiserver = kubeConfig.getCurrentCluster()?.server ?? '';
  return ApiserverProxy.start({
    apiserver,
    certificates: join(stateDir, 'control-plane', 'certificates', new URL(apiserver).hostname),
    tokenFile: user?.authProvider?.config.tokenFile ?? fileOf(user?.token ?? '', directory),
    directory,
  });
}

function fileOf(token: string, directory: string): string {
  const file = join(directory, 'token');
  writeFileSync(file, token, { mode: 0o600 });
  return file;
}
