import { join } from 'node:path';
import type { ControlPlane } from '../control-plane/start.ts';
import { LOOPBACK } from '../ports.ts';
import type { Supervisor } from '../processes/supervisor.ts';
import { REPOSITORY } from '../repository.ts';
import { POD_RANGES } from './ranges.ts';

/** The simulated node's own files: what stands for it in the cluster, and how it treats pods. */
export const SIMULATED_NODE = join(REPOSITORY, 'tools', 'kwok');

/** Starts the simulated node: pods become ready on it, but no container runs. */
export function startSimulatedNode(supervisor: Supervisor, kwok: string, controlPlane: ControlPlane): void {
  supervisor.start({
    name: 'kwok',
    command: kwok,
    args: [
      `--kubeconfig=${controlPlane.kubeconfigFor('kwok')}`,
      `--config=${join(SIMULATED_NODE, 'stages.yaml')}`,
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      '--node-lease-duration-seconds=40',
      `--node-ip=${LOOPBACK}`,
      `--cidr=${POD_RANGES[0]}`,
    ],
  });
}
