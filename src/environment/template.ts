import { type Document, parseDocument } from 'yaml';
import { z } from 'zod';
import type { ParameterValue } from './environment.ts';
import { parameterSchema, valueFault } from './parameter.ts';
import { replaceAt } from './pointer.ts';
import { nameSchema, type Recipe, recipeSchema } from './recipe.ts';

const templateSchema = recipeSchema.extend({
  name: nameSchema,
  description: z.string().min(1),
  parameters: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/), parameterSchema).default({}),
});

/** The versioned recipe of an environment, with parameters still open. */
export type Template = z.infer<typeof templateSchema>;
export type ParameterValues = Record<string, ParameterValue>;

/** A template cannot be used. The message names the file, the place in it and the reason, one a line. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  constructor(file: string, faults: readonly { path: string; reason: string }[]) {
    super(faults.map(({ path, reason }) => `${file}: ${path === '' ? '' : `${path}: `}${reason}`).join('\n'));
  }
}

/**
 * Reads a template and proves that it can be built: its parameters' defaults keep their limits, every place that a
 * parameter sets exists, and the result is a valid recipe.
 *
 * @param file the name for error messages
 * @throws TemplateError
 */
export function parseTemplate(file: string, text: string): Template {
  const document = parseDocument(text, { uniqueKeys: true });
  const [syntax] = document.errors;
  if (syntax) throw syntaxError(file, syntax);
  const parsed = templateSchema.safeParse(resolved(document, file));
  if (!parsed.success) throw new TemplateError(file, parsed.error.issues.map(faultOf));
  const faults = Object.entries(parsed.data.parameters).flatMap(([name, parameter]) => {
    const reason = valueFault(parameter, parameter.default);
    return reason === undefined ? [] : [{ path: `parameters.${name}.default`, reason }];
  });
  if (faults.length > 0) throw new TemplateError(file, faults);
  fillIn(parsed.data, defaultsOf(parsed.data), file);
  return parsed.data;
}

/** The values of all parameters: those given, and the defaults of the others. Check them first: {@link parameterFaults}. */
export function resolveParameters(template: Template, given: ParameterValues): ParameterValues {
  return { ...defaultsOf(template), ...given };
}

/** Everything that is wrong with given values, by the parameter's name. */
export function parameterFaults(template: Template, given: ParameterValues): { name: string; reason: string }[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const parameter = Object.hasOwn(template.parameters, name) ? template.parameters[name] : undefined;
    const reason = parameter ? valueFault(parameter, value) : `is no parameter of the template '${template.name}'`;
    return reason === undefined ? [] : [{ name, reason }];
  });
}

/**
 * The template with its parameters filled in: each value replaces what stands at the places that its parameter sets.
 * @throws TemplateError where the result is no recipe, or a parameter sets a place that does not exist
 */
export function fillIn(template: Template, values: ParameterValues, file = template.name): Recipe {
  const { lifetime, deadline, guards, workload } = structuredClone(template);
  const recipe = { lifetime, deadline, guards, workload };
  for (const [name, { sets }] of Object.entries(template.parameters)) {
    const value = values[name];
    const missing = sets.filter((pointer) => value === undefined || !replaceAt(recipe, pointer, value));
    const faults = missing.map((pointer) => ({
      path: `parameters.${name}.sets`,
      reason: `names '${pointer}', a place that does not exist`,
    }));
    if (faults.length > 0) throw new TemplateError(file, faults);
  }
  const filled = recipeSchema.safeParse(recipe);
  if (!filled.success) throw new TemplateError(file, filled.error.issues.map(faultOf));
  return filled.data;
}

/** The places that late parameters set, by their names; `undefined` where the template has none. */
export function latePlaces({ parameters }: Template): Record<string, string[]> | undefined {
  const late = Object.entries(parameters).filter(([, parameter]) => parameter.late);
  return late.length === 0 ? undefined : Object.fromEntries(late.map(([name, { sets }]) => [name, sets]));
}

function defaultsOf(template: Template): ParameterValues {
  return Object.fromEntries(Object.entries(template.parameters).map(([name, parameter]) => [name, parameter.default]));
}

/** Aliases are resolved only here: one that leads nowhere, or to far too much, is found only now. */
function resolved(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw error instanceof ReferenceError ? syntaxError(file, error) : error;
  }
}

/** The parser's message says where; the lines after its first draw a picture of it. */
function syntaxError(file: string, { message }: Error): TemplateError {
  const [reason = ''] = message.split('\n');
  return new TemplateError(file, [{ path: '', reason: reason.replace(/:$/, '') }]);
}

function faultOf(issue: z.core.$ZodIssue): { path: string; reason: string } {
  return { path: issue.path.map(String).join('.'), reason: issue.message };
}
