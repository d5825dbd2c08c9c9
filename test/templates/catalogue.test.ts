import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TemplateCatalogue } from '../../src/templates/catalogue.ts';

const BUILT_IN = fileURLToPath(new URL('../../templates', import.meta.url));

describe('the catalogue of templates', () => {
  it('has the built-in ones, each of which can be built', async () => {
    const catalogue = new TemplateCatalogue(BUILT_IN);

    await expect(catalogue.checkAll()).resolves.toBeUndefined();
    expect(await catalogue.names()).toEqual(['bare', 'default', 'node', 'python']);
  });

  it('knows a template by the SHA-256 of its file', async () => {
    const sha256 = createHash('sha256')
      .update(await readFile(join(BUILT_IN, 'bare.yaml')))
      .digest('hex');

    expect((await new TemplateCatalogue(BUILT_IN).find('bare'))?.digest).toBe(`sha256:${sha256}`);
  });

  it('parses each content once', async () => {
    const catalogue = new TemplateCatalogue(BUILT_IN);

    const [first, again] = [await catalogue.find('bare'), await catalogue.find('bare')];

    expect(again?.template).toBe(first?.template);
  });

  it('takes a changed file with the next use, under another digest', async () => {
    const { directory, write } = await ownTemplates();
    await write('bare', (text) => text);
    const catalogue = new TemplateCatalogue(directory);
    const before = await catalogue.find('bare');

    await write('bare', (text) => text.replace('deadline: 2m', 'deadline: 3m'));
    const after = await catalogue.find('bare');

    expect([before?.template.deadline, after?.template.deadline]).toEqual(['2m', '3m']);
    expect(after?.digest).not.toBe(before?.digest);
  });

  it('says which file is at fault, where, and why', async () => {
    const { directory, write } = await ownTemplates();
    await write('bare', (text) => text.replace('pods: 20', 'pods: many'));

    const fault = new TemplateCatalogue(directory).find('bare');

    await expect(fault).rejects.toThrow(/^bare\.yaml: guards\.quota\.pods: .*number/);
  });

  it('refuses a template whose name is not that of its file', async () => {
    const { directory, write } = await ownTemplates();
    await write('plain', (text) => text);

    await expect(new TemplateCatalogue(directory).find('plain')).rejects.toThrow("plain.yaml: name: is 'bare'");
  });

  it.each(['../bare', 'bare.yaml', 'Bare', '', 'none', '.'])('has no template %j', async (name) => {
    expect(await new TemplateCatalogue(BUILT_IN).find(name)).toBeUndefined();
  });
});

/** A directory for templates that are made from the built-in `bare`. */
async function ownTemplates() {
  const directory = await mkdtemp(join(tmpdir(), 'berth-templates-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const write = async (name: string, change: (text: string) => string): Promise<void> => {
    const text = await readFile(join(BUILT_IN, 'bare.yaml'), 'utf8');
    await writeFile(join(directory, `${name}.yaml`), change(text));
  };
  return { directory, write };
}
