import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { OwnImages } from '../environment/image.ts';

const schema = z.record(z.string().min(1), z.string().min(1));

/**
 * Reads the images that an installation has in place of those that templates name.
 *
 * @param file YAML or JSON: an object from names to names; none where it has no images of its own
 * @throws Error that names the file and says what it should hold
 */
export async function readOwnImages(file: string | undefined): Promise<OwnImages> {
  if (file === undefined) return {};
  const parsed = schema.safeParse(parse(await readFile(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(
    `The file ${file} must map names of images to names of images, such as docker.io/library/node: registry.example/node:24.`,
  );
}
