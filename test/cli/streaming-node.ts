import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CoreV1Api, KubeConfig, type V1Node, type V1Pod } from '@kubernetes/client-node';
import { inject, vi } from 'vitest';
import { stringify } from 'yaml';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import { installPrograms } from '../../src/local/install/install.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { ProcessRecords } from '../../src/local/processes/records.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';
import { REPOSITORY } from '../../src/local/repository.ts';

const KWOK = 'kwok.x-k8s.io/v1alpha1';
/** The port of its pods behind which something may be. */
export const POD_PORT = 8080;

/**
 * A node of which kwok answers the apiserver's calls as a kubelet does: what is run in its pods, in the namespaces named,
 * runs on this machine instead, and one of their ports leads to one here. So what passes between a client and a node is
 * real, and only the container is not.
 */
export class StreamingNode {
  readonly #name = `streaming-${randomBytes(4).toString('hex')}`;
  readonly #api: CoreV1Api;
  readonly #directory: string;
  #kwok: ChildProcess | undefined;

  constructor() {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(inject('servers').adminKubeconfig);
    this.#api = kubeConfig.makeApiClient(CoreV1Api);
    this.#directory = mkdtempSync(join(inject('servers').stateDir, 'streaming-'));
  }

  /**
   * @param namespaces whose pods may be entered
   * @param target the port of this machine behind POD_PORT of each of them
   */
  async start(namespaces: readonly string[], target: number): Promise<void> {
    const { stateDir, adminKubeconfig } = inject('servers');
    const supervisor = new Supervisor(this.#directory);
    const install = { cache: cacheDirectory(process.env), environment: process.env, supervisor };
    const programs = await installPrograms({ ...install, progress: progressOn(process.stderr) }, ['kwok']);
    const { kubelet: port } = await choosePorts(join(this.#directory, 'ports.json'), { kubelet: undefined });
    const configuration = join(this.#directory, 'kwok.yaml');
    writeFileSync(configuration, debuggingOf(namespaces, target));
    // Anyone's certificate does: this apiserver does not ask for more of a kubelet.
    const certificate = join(stateDir, 'control-plane', 'certificates', LOOPBACK, 'apiserver');
    const args = [
      `--kubeconfig=${adminKubeconfig}`,
      `--config=${join(REPOSITORY, 'tools', 'kwok', 'stages.yaml')}`,
      `--config=${configuration}`,
      `--manage-single-node=${this.#name}`,
      '--node-lease-duration-seconds=40',
      `--node-ip=${LOOPBACK}`,
      `--server-address=${LOOPBACK}:${port}`,
      `--tls-cert-file=${certificate}.crt`,
      `--tls-private-key-file=${certificate}.key`,
    ];
    this.#kwok = spawn(programs.kwok, args, { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH } });
    // So that what ends an interrupted run finds it.
    if (this.#kwok.pid !== undefined) new ProcessRecords(this.#directory).add('kwok', this.#kwok.pid);
    await this.#api.createNode({ body: nodeObject(this.#name, port) });
  }

  /** Runs a pod on this node, which nothing else is scheduled to, and waits until the cluster says that it runs. */
  async run(namespace: string, name: string, labels: Record<string, string> = {}): Promise<void> {
    await this.#api.createNamespacedPod({ namespace, body: podObject(namespace, name, labels) });
    const target = { apiVersion: 'v1', kind: 'Node', name: this.#name };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target };
    // The answer is a Status, which the library's own type of it is not.
    await this.#api.createNamespacedPodBinding({ namespace, name, body: binding });
    const runs = async () => (await this.#api.readNamespacedPod({ namespace, name })).status?.phase === 'Running';
    await vi.waitUntil(runs, { timeout: 30_000, interval: 100 });
  }

  async end(): Promise<void> {
    await this.#api.deleteNode({ name: this.#name });
    const kwok = this.#kwok;
    if (kwok !== undefined && kwok.exitCode === null && kwok.signalCode === null) {
      kwok.kill('SIGKILL');
      await once(kwok, 'exit');
    }
    rmSync(this.#directory, { recursive: true });
  }
}

function debuggingOf(matchNamespaces: readonly string[], target: number): string {
  const selector = { matchNamespaces };
  const execs = [{ local: { workDir: '/' } }];
  const forwards = [{ ports: [POD_PORT], target: { address: LOOPBACK, port: target } }];
  return [
    { apiVersion: KWOK, kind: 'ClusterExec', metadata: { name: 'here' }, spec: { selector, execs } },
    { apiVersion: KWOK, kind: 'ClusterPortForward', metadata: { name: 'here' }, spec: { selector, forwards } },
  ]
    .map((object) => stringify(object))
    .join('---\n');
}

function nodeObject(name: string, port: number): V1Node {
  const size = { cpu: '10', memory: '10Gi', 'ephemeral-storage': '10Gi', pods: '100' };
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: { taints: [{ key: 'berth.dev/streaming', effect: 'NoSchedule' }] },
    status: {
      // Ready from the beginning: kwok would else give it a host name, which nobody knows.
      conditions: [{ type: 'Ready', status: 'True', reason: 'Ready', message: '', lastHeartbeatTime: new Date() }],
      addresses: [{ type: 'InternalIP', address: LOOPBACK }],
      daemonEndpoints: { kubeletEndpoint: { Port: port } },
      capacity: size,
      allocatable: size,
    },
  };
}

function podObject(namespace: string, name: string, labels: Record<string, string>): V1Pod {
  return {
    metadata: { name, namespace, labels },
    spec: {
      schedulerName: 'nobody',
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'main',
          image: 'registry.example/none',
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  };
}
