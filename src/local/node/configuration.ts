import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { makeDirectories } from '../directories.ts';
import { POD_RANGES } from './ranges.ts';

/** Where the containers' runtime listens, as seen from inside the node. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';
/** The address of the cluster's DNS: the tenth of the services', as is usual. */
export const DNS_ADDRESS = '10.96.0.10';
const LOG_DIRECTORY = '/var/log/pods';

/** What the configuration of a node depends on. */
export interface NodeConfiguration {
  /** The node's own directory. */
  readonly directory: string;
  /** The image of the container that holds a pod's network open. */
  readonly pauseImage: string;
  /** The certificate by which the apiserver proves who it is. */
  readonly clientCertificate: string;
  /** The cgroup that holds all of the node's, which exists. */
  readonly cgroup: string;
}

/** The files of a node's configuration. */
export interface NodeFiles {
  readonly containerd: string;
  readonly kubelet: string;
}

/** Writes the configuration of containerd, its network plug-ins and kubelet. */
export function writeConfiguration(configuration: NodeConfiguration): NodeFiles {
  const { directory } = configuration;
  const networks = join(directory, 'networks');
  makeDirectories(networks);
  // Pods' names are resolved by the cluster's DNS, and it forwards nothing.
  const resolver = write(join(directory, 'resolv.conf'), '');
  write(join(networks, '10-berth.conflist'), JSON.stringify(podNetwork()));
  return {
    containerd: write(join(directory, 'containerd.toml'), containerd(configuration.pauseImage, networks)),
    kubelet: write(join(directory, 'kubelet.yaml'), stringify(kubelet(configuration, resolver))),
  };
}

/** Each pod on a cable of its own, and not on a shared switch, where what IPv6 says link-locally passes every policy. */
function podNetwork(): object {
  const ranges = POD_RANGES.map((subnet) => [{ subnet }]);
  const routes = [{ dst: '0.0.0.0/0' }, { dst: '::/0' }];
  const plugin = { type: 'ptp', ipMasq: false, ipam: { type: 'host-local', ranges, routes } };
  return { cniVersion: '0.4.0', name: 'berth', plugins: [plugin] };
}

function containerd(pauseImage: string, networks: string): string {
  return `version = 2
[grpc]
  address = "${CONTAINERD_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # As on a machine that does not let root raise a process's claim to memory.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${networks}"
`;
}

function kubelet({ clientCertificate, cgroup }: NodeConfiguration, resolver: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    podLogsDir: LOG_DIRECTORY,
    resolvConf: resolver,
    clusterDNS: [DNS_ADDRESS],
    clusterDomain: 'cluster.local',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: clientCertificate },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroup,
    failCgroupV1: false,
    failSwapOn: false,
    maxPods: 240,
    serializeImagePulls: false,
    makeIPTablesUtilChains: false,
    // The images that were brought in cannot be had again while it runs.
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'memory.available': '200Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    kubeAPIQPS: 100,
    kubeAPIBurst: 200,
  };
}

/** kube-proxy's configuration. */
export function kubeProxyConfiguration(kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig },
    mode: 'nftables',
    clusterCIDR: POD_RANGES.join(),
    // These belong to the machine, not to the node.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    nftables: { minSyncPeriod: '100ms', syncPeriod: '30s' },
    metricsBindAddress: '127.0.0.1:10249',
    healthzBindAddress: '127.0.0.1:10256',
  };
}

function write(file: string, content: string): string {
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}
