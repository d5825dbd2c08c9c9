import { join } from 'node:path';
import { SERVICE_RANGES } from '../node/ranges.ts';
import type { ServerCommand } from '../processes/supervisor.ts';
import type { Credentials } from './credentials.ts';

// Relative to the state directory, where both ends run: the path of a socket must be short, and nobody else may enter.
const ETCD_SOCKET = 'unix://etcd.sock:0';
const ETCD_PEER_SOCKET = 'unix://etcd-peer.sock:0';

/**
 * etcd on a socket in the state directory: on a port, every user of the machine could read the Secrets in it.
 *
 * @param durable - whether writes survive the loss of power
 */
export function etcd(command: string, stateDirectory: string, durable: boolean): ServerCommand {
  const args = [
    `--data-dir=${join(stateDirectory, 'etcd')}`,
    `--listen-client-urls=${ETCD_SOCKET}`,
    `--advertise-client-urls=${ETCD_SOCKET}`,
    `--listen-peer-urls=${ETCD_PEER_SOCKET}`,
    `--initial-advertise-peer-urls=${ETCD_PEER_SOCKET}`,
    `--initial-cluster=default=${ETCD_PEER_SOCKET}`,
    '--auto-compaction-retention=5m',
    '--quota-backend-bytes=4294967296',
    '--log-level=warn',
  ];
  return { name: 'etcd', command, args: durable ? args : [...args, '--unsafe-no-fsync'] };
}

/** Where the apiserver is reached, and how it reaches nodes. */
export interface ApiserverNetwork {
  /** IPv4; pods cannot reach a loopback address. */
  readonly address: string;
  /** How it proves to kubelets who it is; undefined where nodes are simulated. */
  readonly kubeletClient?: { readonly certificate: string; readonly key: string } | undefined;
}

/** The apiserver, for the bearers of our tokens and of service accounts' tokens only. */
export function apiserver(
  command: string,
  port: number,
  { address, kubeletClient }: ApiserverNetwork,
  credentials: Credentials,
): ServerCommand {
  const nodes =
    kubeletClient === undefined
      ? // A loopback address is no endpoint for anyone else.
        ['--endpoint-reconciler-type=none']
      : [
          `--kubelet-client-certificate=${kubeletClient.certificate}`,
          `--kubelet-client-key=${kubeletClient.key}`,
          '--kubelet-preferred-address-types=InternalIP',
        ];
  return {
    name: 'kube-apiserver',
    command,
    args: [
      `--etcd-servers=${ETCD_SOCKET}`,
      `--bind-address=${address}`,
      `--advertise-address=${address}`,
      `--secure-port=${port}`,
      `--cert-dir=${credentials.certificateDirectory}`,
      `--token-auth-file=${credentials.tokenFile}`,
      '--anonymous-auth=false',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${credentials.serviceAccountKeyFile}`,
      `--service-account-key-file=${credentials.serviceAccountKeyFile}`,
      `--service-cluster-ip-range=${SERVICE_RANGES.join()}`,
      ...nodes,
      // Everything that watches has ended before; a forgotten watch must not hold up the end.
      '--shutdown-delay-duration=0s',
    ],
  };
}

/** The controllers, quick enough that tearing down many namespaces at once does not queue. */
export function controllerManager(command: string, kubeconfig: string, credentials: Credentials): ServerCommand {
  return {
    name: 'kube-controller-manager',
    command,
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--secure-port=0',
      '--leader-elect=false',
      '--use-service-account-credentials',
      `--service-account-private-key-file=${credentials.serviceAccountKeyFile}`,
      `--root-ca-file=${credentials.certificateFile}`,
      '--enable-hostpath-provisioner',
      '--kube-api-qps=200',
      '--kube-api-burst=400',
      '--concurrent-namespace-syncs=50',
    ],
  };
}

/** The scheduler. */
export function scheduler(command: string, kubeconfig: string): ServerCommand {
  return {
    name: 'kube-scheduler',
    command,
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--secure-port=0',
      '--leader-elect=false',
      '--kube-api-qps=200',
      '--kube-api-burst=400',
    ],
  };
}
