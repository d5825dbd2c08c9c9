import type { ServerCommand } from '../processes/supervisor.ts';
import type { Link } from './link.ts';
import { NODE_NAME } from './name.ts';
import { POD_RANGES } from './ranges.ts';

/** What runs containers. */
export function containerd(configuration: string): ServerCommand {
  return { name: 'containerd', command: '/usr/bin/containerd', args: [`--config=${configuration}`] };
}

/** What runs pods. */
export function kubelet(command: string, configuration: string, kubeconfig: string, { node }: Link): ServerCommand {
  return {
    name: 'kubelet',
    command,
    args: [
      `--config=${configuration}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${node.ipv4},${node.ipv6}`,
    ],
  };
}

/** What leads from a service's address to its pods. */
export function kubeProxy(command: string, configuration: string): ServerCommand {
  return {
    name: 'kube-proxy',
    command,
    args: [`--config=${configuration}`, `--hostname-override=${NODE_NAME}`],
  };
}

/** What enforces network policies. */
export function policyEnforcer(command: string, kubeconfig: string, readyFile: string): ServerCommand {
  return {
    name: 'policy-enforcer',
    command,
    args: ['--kubeconfig', kubeconfig, '--pod-cidrs', POD_RANGES.join(), '--ready-file', readyFile],
  };
}
