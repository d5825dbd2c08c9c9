import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { REPOSITORY } from '../../src/local/repository.ts';
import { OUTSIDE } from './outside.ts';

/** The built-in templates, and beside them `site`: it is `python`, and may reach one address outside. */
export async function makeTemplates(directory: string): Promise<void> {
  await cp(join(REPOSITORY, 'templates'), directory, { recursive: true });
  const site = parse(await readFile(join(directory, 'python.yaml'), 'utf8'));
  site.name = 'site';
  site.guards.egress.destinations = { code: { cidr: `${OUTSIDE}/32`, ports: [80] } };
  await writeFile(join(directory, 'site.yaml'), stringify(site));
}
