import type { Supervisor } from '../../processes/supervisor.ts';
import { waitUntil } from '../../readiness.ts';
import { CONTAINERD_SOCKET } from '../configuration.ts';
import type { NodeSpace } from '../space.ts';
import type { Image } from './image.ts';

/** Makes images known to the node's containerd where they are not yet, by their names and pinned by their digests. */
export async function importImages(space: NodeSpace, supervisor: Supervisor, images: readonly Image[]): Promise<void> {
  const ctr = (...args: string[]) =>
    space.run(['ctr', `--address=${CONTAINERD_SOCKET}`, '--namespace=k8s.io', ...args]);
  const answers = async (): Promise<boolean> => (await ctr('version')) !== '';
  await waitUntil('containerd', answers, { signal: supervisor.signal });
  const known = new Set((await ctr('images', 'list', '--quiet')).split('\n'));
  for (const { name, pinned, layout } of images) {
    if (known.has(pinned)) continue;
    await space.run(['sh', '-c', IMPORT, 'import', layout, CONTAINERD_SOCKET]);
    await ctr('images', 'tag', '--force', name, pinned);
  }
}

const IMPORT = 'tar --create --directory="$1" . | ctr --address="$2" --namespace=k8s.io images import -';
