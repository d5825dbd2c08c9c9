import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publishDirectory, temporaryDirectory, versionedDirectory } from '../../install/cache.ts';
import { runCommand } from '../../install/command.ts';
import type { InstallOptions } from '../../install/options.ts';
import { digestOf, type ImageConfig, layOut } from './oci.ts';

/** An image that the project makes itself. */
export interface Recipe {
  /** The last part of its name. */
  readonly name: string;
  /** All that decides what is in it. */
  readonly ingredients: readonly (string | Buffer)[];
  readonly config: ImageConfig;
  /** Puts the root file system together in an empty directory. */
  readonly fill: (root: string) => Promise<void>;
}

/** An image in the cache. */
export interface Image {
  /** As in `berth.local/pause:0123456789ab`. */
  readonly name: string;
  /** The same, pinned by the digest of its manifest. */
  readonly pinned: string;
  /** The directory that holds it as an OCI image layout. */
  readonly layout: string;
}

/** The image of a recipe: from the cache, else made. */
export async function image({ name, ingredients, config, fill }: Recipe, options: InstallOptions): Promise<Image> {
  const version = versionOf([JSON.stringify(config), ...ingredients]);
  const layout = versionedDirectory(options.cache, `image-${name}`, version);
  const reference = `berth.local/${name}:${version}`;
  if (!existsSync(layout)) await make();
  return { name: reference, pinned: `berth.local/${name}@${digestOf(layout)}`, layout };

  async function make(): Promise<void> {
    const directory = temporaryDirectory(options.cache);
    const [root, layer, draft] = ['root', 'layer.tar', 'layout'].map((part) => join(directory, part)) as [
      string,
      string,
      string,
    ];
    try {
      await fill(root);
      // The same content gives the same digest, whenever and in whatever order it was written.
      const tar = [
        '--create',
        '--numeric-owner',
        '--sort=name',
        '--mtime=@0',
        `--file=${layer}`,
        `--directory=${root}`,
        '.',
      ];
      await runCommand('tar', tar, { env: options.environment, supervisor: options.supervisor });
      await layOut(draft, reference, layer, config);
      await publishDirectory(draft, layout);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

function versionOf(ingredients: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const ingredient of ingredients) hash.update(ingredient).update('\0');
  return hash.digest('hex').slice(0, 12);
}
