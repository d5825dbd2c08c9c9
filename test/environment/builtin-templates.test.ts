import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ParameterValue } from '../../src/environment/environment.ts';
import type { Parameter } from '../../src/environment/parameter.ts';
import { quantityValue } from '../../src/environment/quantity.ts';
import { fillIn, parameterFaults, parseTemplate, resolveParameters } from '../../src/environment/template.ts';

const directory = join(import.meta.dirname, '../../templates');
const templates = readdirSync(directory).map((file) => ({
  file,
  template: parseTemplate(file, readFileSync(join(directory, file), 'utf8')),
}));

describe('the built-in templates', () => {
  test('are bare, default, node and python, each in the file of its name', () => {
    expect(templates.map(({ file }) => file).sort()).toEqual(['bare.yaml', 'default.yaml', 'node.yaml', 'python.yaml']);
    for (const { file, template } of templates) expect(`${template.name}.yaml`).toBe(file);
  });

  test('are guards only, a shell workspace with a volume, and two with a service', () => {
    const parts = templates.map(({ template: { name, workload } }) => {
      const { pods, volumes, services } = workload;
      return [name, ...[pods, volumes, services].map((part) => Object.keys(part).length)];
    });
    expect(parts.sort()).toEqual([
      ['bare', 0, 0, 0],
      ['default', 1, 1, 0],
      ['node', 1, 1, 1],
      ['python', 1, 1, 1],
    ]);
  });

  test.each(templates)('reach nothing outside but names: $file', ({ template }) => {
    expect(template.guards.egress).toEqual({ dns: true, within: true, destinations: {} });
  });

  test.each(templates)('can be built with each parameter at either of its limits: $file', ({ template }) => {
    for (const [name, parameter] of Object.entries(template.parameters)) {
      const limits = limitsOf(name, parameter);
      for (const value of limits) {
        expect(parameterFaults(template, { [name]: value })).toEqual([]);
        expect(() => fillIn(template, resolveParameters(template, { [name]: value }))).not.toThrow();
      }
    }
  });

  test.each(templates.filter(({ template }) => 'repository' in template.parameters))(
    'clone no repository whose address holds a secret, and nothing that git would take for an option: $file',
    ({ template }) => {
      for (const repository of ['https://user:secret@there.example/x.git', 'ssh://there/x', '--upload-pack=x', 'a b'])
        expect(parameterFaults(template, { repository })).toHaveLength(1);
      for (const ref of ['-x', 'a b', '$(x)', '"']) expect(parameterFaults(template, { ref })).toHaveLength(1);
    },
  );

  test.each(templates)(
    'stay within their own guards, also with all parameters at their maximum: $file',
    ({ template }) => {
      const most = Object.entries(template.parameters).flatMap(([name, parameter]) =>
        parameter.type === 'quantity' ? [[name, parameter.maximum] as const] : [],
      );
      const { guards, workload } = fillIn(template, resolveParameters(template, Object.fromEntries(most)));
      const amount = (text: string) => quantityValue(text) ?? -1n;
      for (const { cpu, memory } of Object.values(workload.pods)) {
        expect(amount(cpu)).toBeLessThanOrEqual(amount(guards.container.max.cpu));
        expect(amount(memory)).toBeLessThanOrEqual(amount(guards.container.max.memory));
      }
      for (const { size } of Object.values(workload.volumes)) {
        expect(amount(size)).toBeLessThanOrEqual(amount(guards.quota.storage));
      }
      for (const kind of ['cpu', 'memory', 'ephemeral_storage'] as const) {
        expect(amount(guards.container.default[kind])).toBeLessThanOrEqual(amount(guards.container.max[kind]));
        expect(amount(guards.container.max[kind]), 'one pod cannot take the whole quota').toBeLessThan(
          amount(guards.quota[kind]),
        );
      }
    },
  );
});

/** The shortest and a long value of a parameter that is a text. */
function textLimits(name: string, shortest: ParameterValue): ParameterValue[] {
  const long: Record<string, string> = {
    repository: `https://there.example:8443/${'x'.repeat(900)}.git`,
    ref: `feature/${'x'.repeat(200)}-1.0_rc`,
  };
  const value = long[name];
  if (value === undefined) throw new Error(`the parameter ${name} has no long value here`);
  return [shortest, value];
}

function limitsOf(name: string, parameter: Parameter): readonly ParameterValue[] {
  if ('minimum' in parameter) return [parameter.minimum, parameter.maximum];
  return 'enum' in parameter && parameter.enum ? parameter.enum : textLimits(name, parameter.default);
}
