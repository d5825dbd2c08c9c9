import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILT_IN_TEMPLATES } from '../../src/local/repository.ts';

/** What the same template is called of which there is no pool: every start of it is cold. */
export const COLD = 'cold';

/** What a workload asks for, and what instead, so that as many as are measured have room on one small node. */
const LIGHT = { '500m': '50m', '100m': '50m', ' 1Gi': ' 64Mi', ' 128Mi': ' 64Mi' };

/**
 * Lays out the built-in templates, and beside them one of them under that other name.
 * @param isLight whether both of these ask for little of the node
 */
export async function layOutTemplates(directory: string, template: string, isLight: boolean): Promise<void> {
  await mkdir(directory);
  for (const file of await readdir(BUILT_IN_TEMPLATES))
    await copyFile(join(BUILT_IN_TEMPLATES, file), join(directory, file));
  const file = join(directory, `${template}.yaml`);
  const text = isLight ? light(await readFile(file, 'utf8')) : await readFile(file, 'utf8');
  await writeFile(file, text);
  await writeFile(join(directory, `${COLD}.yaml`), text.replace(/^name: .*$/m, `name: ${COLD}`));
}

function light(text: string): string {
  return Object.entries(LIGHT).reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}
