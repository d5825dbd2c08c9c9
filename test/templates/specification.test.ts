import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slotIdentity } from '../../src/environment/slot.ts';
import { TemplateError } from '../../src/environment/template.ts';
import { REPOSITORY } from '../../src/local/repository.ts';
import { TemplateCatalogue } from '../../src/templates/catalogue.ts';
import { specificationOf, UnbuildableError, UnknownTemplateError } from '../../src/templates/specification.ts';

const BUILT_IN = join(REPOSITORY, 'templates');
const templates = new TemplateCatalogue(BUILT_IN);
const shop = { dev_id: 'ada', project: 'shop' };

describe('what it takes to build an environment', () => {
  it('is all of the default template where only its name is given', async () => {
    const { template, ttl, parameters, late } = await specificationOf(shop, templates);
    expect({ template: template.name, ttl, late }).toEqual({ template: 'default', ttl: '8h', late: undefined });
    expect(parameters).toMatchObject({ cpu: '500m', memory: '1Gi', proof: 'none' });
  });

  it('is the same for a slot of a template as for a start that asks for nothing else', async () => {
    const identity = slotIdentity('node', '1');
    const slot = await specificationOf({ ...identity, template: 'node' }, templates);
    expect({ ...slot, ...shop }).toEqual(await specificationOf({ ...shop, template: 'node' }, templates));
    expect(slot).toMatchObject(identity);
  });

  it('is what was asked for, with the values at their places', async () => {
    const parameters = { replicas: 2, repository: 'https://there.example/x.git' };
    const asked = await specificationOf({ ...shop, template: 'node', parameters, ttl: '1h' }, templates);
    expect(asked).toMatchObject({ ttl: '1h', parameters: { ...parameters, ref: '', cpu: '500m' } });
    const { pods, config } = asked.recipe.workload;
    expect([pods.web?.replicas, config.berth]).toEqual([2, { repository: parameters.repository, ref: '' }]);
  });

  it('names the places of late parameters, and nothing where there are none', async () => {
    expect(await specificationOf({ ...shop, template: 'node' }, templates)).toMatchObject({
      late: { repository: ['/workload/config/berth/repository'], ref: ['/workload/config/berth/ref'] },
    });
    expect(await specificationOf({ ...shop, template: 'bare' }, templates)).not.toHaveProperty('late');
  });

  it('has the images of the installation', async () => {
    const own = new TemplateCatalogue(BUILT_IN, { 'docker.io/library/node': 'registry.example/node:24' });
    const { recipe } = await specificationOf({ ...shop, template: 'node' }, own);
    expect(recipe.workload.pods.web?.image).toBe('registry.example/node:24');
  });
});

describe('what cannot be built', () => {
  it('is a template that is not there: the others are named', async () => {
    const fault = specificationOf({ ...shop, template: 'nodes' }, templates);
    await expect(fault).rejects.toThrow(UnknownTemplateError);
    await expect(fault).rejects.toThrow("There is no template 'nodes'. There are: bare, default, node, python.");
  });

  it('is told all at once, each fault with its place in the request', async () => {
    const asked = { ...shop, template: 'node', parameters: { replicas: 9, colour: 'red' }, ttl: '31d' };
    const fault = await specificationOf(asked, templates).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UnbuildableError);
    expect((fault as UnbuildableError).faults).toEqual([
      { path: ['parameters', 'replicas'], reason: 'must be from 1 to 3' },
      { path: ['parameters', 'colour'], reason: "is no parameter of the template 'node'" },
      { path: ['ttl'], reason: 'must be at most 30d' },
    ]);
    expect((fault as UnbuildableError).message).toMatch(
      /^parameters\.replicas must be from 1 to 3; parameters\.colour/,
    );
  });

  it('is a template that is broken itself: that is nobody’s request', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'berth-templates-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    await cp(BUILT_IN, directory, { recursive: true });
    const file = join(directory, 'node.yaml');
    await writeFile(file, (await readFile(file, 'utf8')).replace('pods: 20', 'pods: many'));

    const fault = specificationOf({ ...shop, template: 'node' }, new TemplateCatalogue(directory));
    await expect(fault).rejects.toThrow(TemplateError);
  });
});
