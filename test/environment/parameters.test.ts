import { describe, expect, test } from 'vitest';
import type { ParameterValue } from '../../src/environment/environment.ts';
import { fillIn, parameterFaults, resolveParameters, TemplateError } from '../../src/environment/template.ts';
import { fullTemplate } from './recipes.ts';

const template = fullTemplate();
const filled = (given: Record<string, ParameterValue>) => fillIn(template, resolveParameters(template, given));

describe('a given parameter', () => {
  test.each<[string, ParameterValue]>([
    ['colour', 'green'],
    ['title', 'abcdefghij'],
    ['replicas', 1],
    ['replicas', 3],
    ['within', false],
    ['cpu', '100m'],
    ['cpu', 2],
    ['cpu', '0.75'],
    ['cpu', '2000m'],
  ])('is taken within its limits: %s = %j', (name, value) =>
    expect(parameterFaults(template, { [name]: value })).toEqual([]),
  );

  test.each<[string, ParameterValue, string]>([
    ['colour', 'red', 'must be one of blue, green'],
    ['colour', true, 'must be a string'],
    ['title', 'abcdefghijk', 'must have at most 10 characters'],
    ['title', 'a b', 'must match ^[a-z]+$'],
    ['title', '', 'must match ^[a-z]+$'],
    ['title', 1, 'must be a string'],
    ['replicas', 0, 'must be from 1 to 3'],
    ['replicas', 4, 'must be from 1 to 3'],
    ['replicas', 1.5, 'must be a whole number'],
    ['replicas', '2', 'must be a whole number'],
    ['replicas', Number.NaN, 'must be a whole number'],
    ['replicas', 2 ** 53, 'must be a whole number'],
    ['within', 'false', 'must be true or false'],
    ['within', 0, 'must be true or false'],
    ['cpu', '99m', 'must be from 100m to 2'],
    ['cpu', '2001m', 'must be from 100m to 2'],
    ['cpu', 3, 'must be from 100m to 2'],
    ['cpu', -1, 'must be an amount such as 500m, 2 or 1.5Gi'],
    ['cpu', 'lots', 'must be an amount such as 500m, 2 or 1.5Gi'],
    ['cpu', true, 'must be an amount such as 500m, 2 or 1.5Gi'],
    ['gpu', 1, "is no parameter of the template 'full'"],
    ['constructor', 'x', "is no parameter of the template 'full'"],
    ['toString', 'x', "is no parameter of the template 'full'"],
  ])('is refused with a reason: %s = %j', (name, value, reason) =>
    expect(parameterFaults(template, { [name]: value })).toEqual([{ name, reason }]),
  );

  test('is refused together with all others that are wrong', () => {
    expect(parameterFaults(template, { replicas: 9, cpu: '500m', gpu: 1 }).map(({ name }) => name)).toEqual([
      'replicas',
      'gpu',
    ]);
  });
});

describe('a template filled in', () => {
  test('has the defaults where nothing is given', () => {
    const { workload, guards } = filled({});
    expect(workload.pods.web).toMatchObject({ replicas: 2, cpu: '500m', env: { COLOUR: 'blue' } });
    expect(guards.egress.within).toBe(true);
  });

  test('has each value at every place that its parameter sets, and nowhere else', () => {
    const { workload, guards } = filled({ colour: 'green', title: 'run', replicas: 3, within: false, cpu: '750m' });
    const { web, store } = workload.pods;
    expect(web).toMatchObject({
      env: { COLOUR: 'green' },
      command: ['run', '--port', '8080'],
      replicas: 3,
      cpu: '750m',
    });
    expect(store).toEqual({ ...filled({}).workload.pods.store, cpu: '750m' });
    expect(guards).toEqual({ ...filled({}).guards, egress: { ...filled({}).guards.egress, within: false } });
  });

  test('takes an amount given as a number for the amount that it is', () => {
    expect(filled({ cpu: 2 }).workload.pods.web?.cpu).toBe('2');
  });

  test('leaves the template as it was, for the next', () => {
    const before = structuredClone(template);
    filled({ colour: 'green', replicas: 1 });
    expect(template).toEqual(before);
  });

  test('has no parameters, name or description any more: a recipe is what is built', () => {
    expect(Object.keys(filled({})).sort()).toEqual(['deadline', 'guards', 'lifetime', 'workload']);
  });

  test('is refused where a value makes no recipe, by the place in the recipe', () => {
    expect(() => filled({ cpu: 'lots' })).toThrow(TemplateError);
    expect(() => filled({ cpu: 'lots' })).toThrow('full: workload.pods.web.cpu: must be an amount');
  });
});
