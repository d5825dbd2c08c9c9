import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OwnImages } from '../environment/image.ts';
import { parseTemplate, type Template, TemplateError } from '../environment/template.ts';

/** A template with the digest of its file, as `sha256sum` prints it. */
export interface CataloguedTemplate {
  template: Template;
  digest: string;
}

const NAME = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/**
 * The templates of a directory, one a file. A file is read for each use, and parsed and checked once for each content:
 * a change takes effect with the next start, and environments keep what they were started with.
 */
export class TemplateCatalogue {
  /** The images that the installation has in place of those that templates name. */
  readonly ownImages: OwnImages;
  readonly #directory: string;
  readonly #byDigest = new Map<string, Template>();

  constructor(directory: string, ownImages: OwnImages = {}) {
    this.#directory = directory;
    this.ownImages = ownImages;
  }

  /** The names that there are. */
  async names(): Promise<string[]> {
    const files = await readdir(this.#directory);
    return files
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => file.slice(0, -'.yaml'.length))
      .sort();
  }

  /**
   * @returns `undefined` where there is no such template
   * @throws TemplateError where it cannot be used
   */
  async find(name: string): Promise<CataloguedTemplate | undefined> {
    if (!NAME.test(name)) return undefined;
    const file = `${name}.yaml`;
    const content = await readFile(join(this.#directory, file)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    if (content === undefined) return undefined;
    const hash = createHash('sha256').update(content).digest('hex');
    const digest = `sha256:${hash}`;
    const template = this.#byDigest.get(digest) ?? parseTemplate(file, content.toString('utf8'));
    if (template.name !== name) {
      throw new TemplateError(file, [{ path: 'name', reason: `is '${template.name}', but must be that of the file` }]);
    }
    this.#byDigest.set(digest, template);
    return { template, digest };
  }

  /**
   * Checks every template.
   * @throws TemplateError for the first that cannot be used
   */
  async checkAll(): Promise<void> {
    for (const name of await this.names()) await this.find(name);
  }
}
