import { join } from 'node:path';
import { CoreV1Api, KubeConfig, NetworkingV1Api, type V1NetworkPolicySpec } from '@kubernetes/client-node';
import { expect } from 'vitest';
import { startControlPlane } from '../../src/local/control-plane/start.ts';
import { cacheDirectory } from '../../src/local/install/cache.ts';
import { installPrograms } from '../../src/local/install/install.ts';
import { CONTROL_PLANE_PROGRAMS } from '../../src/local/install/programs.ts';
import { choosePorts, LOOPBACK } from '../../src/local/ports.ts';
import { Supervisor } from '../../src/local/processes/supervisor.ts';
import { progressOn } from '../../src/local/progress.ts';

/** A control plane of a test's own, with pods that no node runs but that have addresses all the same. */
export class LiveCluster {
  readonly kubeconfig: string;
  readonly kubeConfig = new KubeConfig();
  readonly core: CoreV1Api;
  readonly networking: NetworkingV1Api;
  readonly #supervisor: Supervisor;

  /** Use {@link LiveCluster.start}. */
  private constructor(supervisor: Supervisor, kubeconfig: string) {
    this.#supervisor = supervisor;
    this.kubeconfig = kubeconfig;
    this.kubeConfig.loadFromFile(kubeconfig);
    this.core = this.kubeConfig.makeApiClient(CoreV1Api);
    this.networking = this.kubeConfig.makeApiClient(NetworkingV1Api);
  }

  static async start(directory: string): Promise<LiveCluster> {
    const supervisor = new Supervisor(directory);
    try {
      const install = { cache: cacheDirectory(process.env), environment: process.env };
      const progress = progressOn(process.stderr);
      const programs = await installPrograms({ ...install, progress, supervisor }, CONTROL_PLANE_PROGRAMS);
      const { apiserver: port } = await choosePorts(join(directory, 'ports.json'), { apiserver: undefined });
      const network = { address: LOOPBACK, kubeletClient: undefined };
      const what = { programs, stateDirectory: directory, port, network, durable: false };
      const { adminKubeconfig } = await startControlPlane({ supervisor, ...what });
      return new LiveCluster(supervisor, adminKubeconfig);
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return this.#supervisor.stop();
  }

  /** Makes a namespace with a policy, if any, and then a pod named `web`; returns the namespace. */
  async podWith(address: string, policy?: V1NetworkPolicySpec): Promise<string> {
    const { metadata } = await this.core.createNamespace({ body: { metadata: { generateName: 'live-' } } });
    const namespace = metadata?.name ?? '';
    if (policy) await this.createPolicy(namespace, policy);
    const spec = { schedulerName: 'nobody', containers: [{ name: 'web', image: 'web' }] };
    const body = { metadata: { name: 'web' }, spec };
    // Its service account comes a moment after the namespace.
    await expect
      .poll(() => this.core.createNamespacedPod({ namespace, body }).catch(() => undefined), { timeout: 60_000 })
      .toBeDefined();
    const pod = await this.core.readNamespacedPod({ namespace, name: 'web' });
    pod.status = { ...pod.status, phase: 'Running', podIP: address, podIPs: [{ ip: address }] };
    await this.core.replaceNamespacedPodStatus({ namespace, name: 'web', body: pod });
    return namespace;
  }

  async createPolicy(namespace: string, spec: V1NetworkPolicySpec): Promise<void> {
    await this.networking.createNamespacedNetworkPolicy({ namespace, body: { metadata: { name: 'some' }, spec } });
  }
}
