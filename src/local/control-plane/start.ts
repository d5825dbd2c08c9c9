import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlanePrograms } from '../install/programs.ts';
import { LOOPBACK } from '../ports.ts';
import type { Supervisor } from '../processes/supervisor.ts';
import { waitUntil } from '../readiness.ts';
import { apiserver, controllerManager, etcd, kwok, scheduler } from './commands.ts';
import { type Credentials, prepareCredentials } from './credentials.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { apiserverIsReady } from './ready.ts';

/** What the embedded control plane is started with. */
export interface ControlPlaneOptions {
  readonly supervisor: Supervisor;
  readonly programs: ControlPlanePrograms;
  readonly stateDirectory: string;
  readonly port: number;
  /** Whether etcd's writes survive the loss of power. */
  readonly durable: boolean;
  /** kwok's configuration. */
  readonly stages: string;
}

/**
 * Starts etcd and the apiserver, waits until it serves, then starts controllers, scheduler and the simulated node.
 *
 * @returns the path of the administrator's kubeconfig
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<string> {
  const { supervisor, programs, stateDirectory, port, durable, stages } = options;
  const credentials = await prepareCredentials(join(stateDirectory, 'control-plane'));
  supervisor.start(etcd(programs.etcd, stateDirectory, durable));
  supervisor.start(apiserver(programs['kube-apiserver'], port, credentials));
  await waitUntil(
    'kube-apiserver',
    () => apiserverIsReady(port, credentials.certificateFile, credentials.tokens.admin),
    { signal: supervisor.signal },
  );

  const kubeconfig = (name: keyof Credentials['tokens'], file: string): string => {
    writeKubeconfig(file, {
      cluster: {
        server: `https://${LOOPBACK}:${port}`,
        'certificate-authority-data': readFileSync(credentials.certificateFile).toString('base64'),
      },
      user: { token: credentials.tokens[name] },
    });
    return file;
  };
  const inner = (name: keyof Credentials['tokens']) =>
    kubeconfig(name, join(credentials.directory, `${name}.kubeconfig`));
  supervisor.start(controllerManager(programs['kube-controller-manager'], inner('controllerManager'), credentials));
  supervisor.start(scheduler(programs['kube-scheduler'], inner('scheduler')));
  supervisor.start(kwok(programs.kwok, inner('kwok'), stages));
  return kubeconfig('admin', join(stateDirectory, 'admin.kubeconfig'));
}
