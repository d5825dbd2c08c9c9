import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '@kubernetes/client-node';
import type { Cluster } from '../../src/cluster/client.ts';
import { VOLUME_ROOT } from '../../src/local/control-plane/volumes.ts';
import { cgroupOf } from '../../src/local/node/cgroup.ts';

/** What there is of environments on a node and its cluster: to be the same after a life as before it. */
export class NodeContents {
  readonly #stateDirectory: string;
  readonly #cluster: Cluster;

  constructor(stateDirectory: string, cluster: Cluster) {
    this.#stateDirectory = stateDirectory;
    this.#cluster = cluster;
  }

  async all(): Promise<Record<string, unknown[]>> {
    return {
      namespaces: await this.#names('Namespace'),
      volumes: await this.#names('PersistentVolume'),
      directories: existsSync(VOLUME_ROOT) ? readdirSync(VOLUME_ROOT).sort() : [],
      networks: this.#networks(),
      cgroups: ['', 'memory'].flatMap((hierarchy) =>
        cgroups(join('/sys/fs/cgroup', hierarchy, cgroupOf(this.#stateDirectory))),
      ),
    };
  }

  async #names(kind: string): Promise<string[]> {
    const objects = await this.#cluster.list<KubernetesObject>({ apiVersion: 'v1', kind }, '');
    return objects.map(({ metadata }) => metadata?.name ?? '').sort();
  }

  /** The network namespaces of the node's processes: its own, and one a pod. */
  #networks(): string[] {
    const { pid } = JSON.parse(readFileSync(join(this.#stateDirectory, 'processes', 'node.json'), 'utf8')) as {
      pid: number;
    };
    const space = readlinkSync(`/proc/${pid}/ns/pid_for_children`);
    const found = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && linkOf(name, 'pid') === space)
      .map((name) => linkOf(name, 'net'));
    return [...new Set(found)].filter((link) => link !== '').sort();
  }
}

function linkOf(pid: string, kind: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    // It ended while we looked.
    return '';
  }
}

/** The cgroups of pods and containers, by their paths. */
function cgroups(root: string): string[] {
  if (!existsSync(root)) return [];
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
