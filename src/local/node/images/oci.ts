import { createHash } from 'node:crypto';
import { createReadStream, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** How a container of an image starts, in the words of the OCI image specification. */
export interface ImageConfig {
  readonly User?: string;
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

const ARCHITECTURES: Partial<Record<string, string>> = { x64: 'amd64' };

/**
 * Lays an image of one layer out as a directory, in the way of the OCI image layout (image-spec 1.0, image-layout.md).
 *
 * @param layer - a tar of the root file system, which is moved into the layout
 * @param name - by which containerd will know the image
 * @returns the digest of the image's manifest
 */
export async function layOut(directory: string, name: string, layer: string, config: ImageConfig): Promise<string> {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const blob = (mediaType: string, content: object): Descriptor => {
    const text = JSON.stringify(content);
    const hash = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(blobs, hash), text);
    return { mediaType, digest: `sha256:${hash}`, size: Buffer.byteLength(text) };
  };

  const hash = await sha256Of(layer);
  const { size } = statSync(layer);
  renameSync(layer, join(blobs, hash));
  const configuration = blob('application/vnd.oci.image.config.v1+json', {
    os: 'linux',
    architecture: ARCHITECTURES[arch()] ?? arch(),
    config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${hash}`] },
  });
  const manifest = blob('application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: configuration,
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: `sha256:${hash}`, size }],
  });
  const annotations = { 'io.containerd.image.name': name };
  writeFileSync(
    join(directory, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  writeFileSync(join(directory, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return manifest.digest;
}

/** The digest of the manifest in a layout that {@link layOut} made. */
export function digestOf(directory: string): string {
  const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')) as { manifests: [Descriptor] };
  return index.manifests[0].digest;
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
