import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ControlPlane } from '../control-plane/start.ts';
import type { NodePrograms } from '../install/programs.ts';
import type { Supervisor } from '../processes/supervisor.ts';
import { waitUntil } from '../readiness.ts';
import { cgroupOf, makeCgroup, removeCgroup } from './cgroup.ts';
import { containerd, kubelet, kubeProxy, policyEnforcer } from './commands.ts';
import { kubeProxyConfiguration, writeConfiguration } from './configuration.ts';
import type { Image } from './images/image.ts';
import { importImages } from './images/import.ts';
import { type ClientCertificate, kubeletClient } from './kubelet-client.ts';
import { type Link, linkFor } from './link.ts';
import { NodeSpace } from './space.ts';
import { openVolumes } from './volumes.ts';

/** What a real node is started from. */
export interface NodeParts {
  readonly programs: NodePrograms;
  readonly images: NodeImages;
  /** Without an enforcer, the cluster accepts network policies and ignores them, as many do. */
  readonly enforcesPolicies: boolean;
}

/** The images that a node brings with it. */
export interface NodeImages {
  readonly pause: Image;
  readonly coredns: Image;
  readonly workspace: Image;
}

/** A node whose network is there and whose containers can run, before it has joined a cluster. */
export interface PreparedNode {
  readonly link: Link;
  /** A file with the images that it has in place of those that templates name. */
  readonly imagesFile: string;
  /** By what the apiserver proves to it who it is. */
  readonly apiserver: ClientCertificate;
  /** Joins the cluster, and waits until nothing passes that a policy forbids. */
  join(controlPlane: ControlPlane): Promise<void>;
  /** Ends what runs beside its processes, which the supervisor ends. */
  stop(): void;
}

/** Whose images the built-in templates name. */
const TEMPLATES_REPOSITORIES = ['buildpack-deps', 'node', 'python'].map((name) => `docker.io/library/${name}`);

/** Starts what runs containers, in a space of its own, with the images at hand. */
export async function prepareNode(
  supervisor: Supervisor,
  stateDirectory: string,
  parts: NodeParts,
): Promise<PreparedNode> {
  const directory = join(stateDirectory, 'node');
  const { programs, images, enforcesPolicies } = parts;
  const apiserver = await kubeletClient(directory, supervisor);
  const cgroup = cgroupOf(stateDirectory);
  removeCgroup(cgroup);
  makeCgroup(cgroup);
  const link = linkFor(stateDirectory);
  const space = await NodeSpace.open(supervisor, directory, link);
  const files = writeConfiguration({
    directory,
    pauseImage: images.pause.name,
    clientCertificate: apiserver.certificate,
    cgroup,
  });
  supervisor.start(space.inside(containerd(files.containerd)));
  const closeVolumes = openVolumes();
  const imported = importImages(space, supervisor, Object.values(images));
  // It is told by whoever joins, which may be late.
  imported.catch(() => undefined);

  return {
    link,
    imagesFile: writeOwnImages(join(directory, 'images.json'), images.workspace),
    apiserver,
    stop: closeVolumes,
    join: async (controlPlane) => {
      await Promise.all([imported, startEnforcer(controlPlane)]);
      supervisor.start(
        space.inside(kubelet(programs.kubelet, files.kubelet, controlPlane.kubeconfigFor('kubelet'), link)),
      );
      const proxy = join(directory, 'kube-proxy.yaml');
      writeFileSync(proxy, stringify(kubeProxyConfiguration(controlPlane.kubeconfigFor('kubeProxy'))), { mode: 0o600 });
      supervisor.start(space.inside(kubeProxy(programs['kube-proxy'], proxy)));
    },
  };

  /** Before the first pod: what it does not know, it does not let pass. */
  async function startEnforcer(controlPlane: ControlPlane): Promise<void> {
    if (!enforcesPolicies) return;
    const readyFile = join(directory, 'policy-enforcer.ready');
    rmSync(readyFile, { force: true });
    supervisor.start(
      space.inside(policyEnforcer(programs['policy-enforcer'], controlPlane.kubeconfigFor('enforcer'), readyFile)),
    );
    await waitUntil('policy-enforcer', () => existsSync(readyFile), { signal: supervisor.signal });
  }
}

/** The workspace image stands for all of the built-in templates: the node cannot fetch any. */
function writeOwnImages(file: string, { pinned }: Image): string {
  const own = Object.fromEntries(TEMPLATES_REPOSITORIES.map((repository) => [repository, pinned]));
  writeFileSync(file, JSON.stringify(own), { mode: 0o600 });
  return file;
}
