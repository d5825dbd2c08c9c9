import { z } from 'zod';
import type { ParameterValue } from './environment.ts';
import { quantityValue } from './quantity.ts';
import { quantitySchema } from './recipe.ts';

const common = {
  description: z.string().min(1),
  /** JSON Pointers (RFC 6901) to the places of the recipe that the value replaces. */
  sets: z.array(z.string().regex(/^\/(?:guards|workload)\//, 'must point into /guards or /workload')).min(1),
  /** Whether it can be set while the workload runs: then it may set files of a configuration only, which pods mount. */
  late: z.boolean().optional(),
};

const anyParameter = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    ...common,
    default: z.string(),
    enum: z.array(z.string()).min(1).optional(),
    pattern: z.string().refine(isPattern, 'must be a regular expression').optional(),
    max_length: z.int().min(0).max(4096).default(256),
  }),
  z.strictObject({ type: z.literal('integer'), ...common, default: z.int(), minimum: z.int(), maximum: z.int() }),
  z.strictObject({ type: z.literal('boolean'), ...common, default: z.boolean() }),
  z.strictObject({
    type: z.literal('quantity'),
    ...common,
    default: quantitySchema,
    minimum: quantitySchema,
    maximum: quantitySchema,
  }),
]);

/** A file of a configuration, such as `/workload/config/berth/repository`: pods see it change, and nothing else. */
const FILE = /^\/workload\/config\/[^/]+\/[^/]+$/;

/** A parameter of a template: typed, with a default and limits. */
export const parameterSchema = anyParameter.superRefine(({ late, sets }, context) => {
  if (late !== true) return;
  for (const [index, place] of sets.entries()) {
    if (FILE.test(place)) continue;
    const message = 'must be a file below /workload/config/, since a late parameter is set while the workload runs';
    context.addIssue({ code: 'custom', path: ['sets', index], message });
  }
});
export type Parameter = z.infer<typeof parameterSchema>;

/** Says what is wrong with a value for this parameter, or `undefined` where nothing is. */
export function valueFault(parameter: Parameter, value: ParameterValue): string | undefined {
  switch (parameter.type) {
    case 'string': {
      const { enum: choices, pattern, max_length } = parameter;
      if (typeof value !== 'string') return 'must be a string';
      if (choices !== undefined && !choices.includes(value)) return `must be one of ${choices.join(', ')}`;
      if (value.length > max_length) return `must have at most ${max_length} characters`;
      if (pattern !== undefined && !new RegExp(pattern, 'v').test(value)) return `must match ${pattern}`;
      return;
    }
    case 'integer': {
      const { minimum, maximum } = parameter;
      if (!Number.isSafeInteger(value)) return 'must be a whole number';
      return Number(value) < minimum || Number(value) > maximum ? `must be from ${minimum} to ${maximum}` : undefined;
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'quantity': {
      const { minimum, maximum } = parameter;
      const [amount, least, most] = [String(value), minimum, maximum].map(quantityValue);
      if (amount === undefined || typeof value === 'boolean') return 'must be an amount such as 500m, 2 or 1.5Gi';
      if (least === undefined || most === undefined) throw new Error('A limit of the parameter is no amount.');
      return amount < least || amount > most ? `must be from ${minimum} to ${maximum}` : undefined;
    }
  }
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'v') instanceof RegExp;
  } catch {
    return false;
  }
}
