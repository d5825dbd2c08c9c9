import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlanePrograms } from '../install/programs.ts';
import type { Supervisor } from '../processes/supervisor.ts';
import { waitUntil } from '../readiness.ts';
import { type ApiserverNetwork, apiserver, controllerManager, etcd, scheduler } from './commands.ts';
import { prepareCredentials, type UserName } from './credentials.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { apiserverIsReady } from './ready.ts';

/** What the embedded control plane is started with. */
export interface ControlPlaneOptions {
  readonly supervisor: Supervisor;
  readonly programs: ControlPlanePrograms;
  readonly stateDirectory: string;
  readonly port: number;
  readonly network: ApiserverNetwork;
  /** Whether etcd's writes survive the loss of power. */
  readonly durable: boolean;
}

/** The running control plane. */
export interface ControlPlane {
  readonly adminKubeconfig: string;
  /** Writes the kubeconfig of one of its users; returns its path. */
  kubeconfigFor(user: UserName): string;
}

/** Starts etcd and the apiserver, waits until it serves, then starts controllers and scheduler. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { supervisor, programs, stateDirectory, port, network, durable } = options;
  const credentials = await prepareCredentials(join(stateDirectory, 'control-plane'), network.address);
  supervisor.start(etcd(programs.etcd, stateDirectory, durable));
  supervisor.start(apiserver(programs['kube-apiserver'], port, network, credentials));
  await waitUntil(
    'kube-apiserver',
    () => apiserverIsReady(network.address, port, credentials.certificateFile, credentials.tokens.admin),
    { signal: supervisor.signal },
  );

  const write = (user: UserName, file: string): string => {
    writeKubeconfig(file, {
      cluster: {
        server: `https://${network.address}:${port}`,
        'certificate-authority-data': readFileSync(credentials.certificateFile).toString('base64'),
      },
      user: { token: credentials.tokens[user] },
    });
    return file;
  };
  const kubeconfigFor = (user: UserName) => write(user, join(credentials.directory, `${user}.kubeconfig`));
  supervisor.start(
    controllerManager(programs['kube-controller-manager'], kubeconfigFor('controllerManager'), credentials),
  );
  supervisor.start(scheduler(programs['kube-scheduler'], kubeconfigFor('scheduler')));
  return { adminKubeconfig: write('admin', join(stateDirectory, 'admin.kubeconfig')), kubeconfigFor };
}
