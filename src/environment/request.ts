import { z } from 'zod';
import { DURATION, durationMs } from './duration.ts';
import type { Environment } from './environment.ts';
import { IDENTIFIER, type Identity } from './identity.ts';
import type { Recipe } from './recipe.ts';
import type { ParameterValues } from './template.ts';

const identifier = z
  .string()
  .regex(IDENTIFIER, 'must be 1 to 63 of a-z, 0-9, ., _, - and @, beginning and ending with a letter or digit');
const lifetime = z.string().regex(DURATION, 'must be a duration such as 30m or 8h');

export const identitySchema = z.strictObject({ dev_id: identifier, project: identifier });

/** The body of a start. What is left out means: the default, or what runs. */
export const startSchema = identitySchema.extend({
  template: z.string().max(63).optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  ttl: lifetime.optional(),
});
export type StartRequest = z.infer<typeof startSchema>;

/** The body of a termination. With a reason, what is stuck is given up: an administrator says so, and takes it upon them. */
export const terminateSchema = identitySchema.extend({
  abandon: z.string().trim().min(1, 'must say why').max(500).optional(),
});

/** The cluster mints no credentials that live shorter. */
const SHORTEST_ACCESS = '10m';
/** A working day: they cannot be taken back but with the environment itself. */
const LONGEST_ACCESS = '8h';

/** The body of a request for credentials. They end with the environment, however long they were asked for. */
export const accessSchema = identitySchema.extend({
  expires_in: z
    .string()
    .regex(DURATION, 'must be a duration such as 30m or 8h')
    .refine(isAccessTime, {
      message: `must be from ${SHORTEST_ACCESS} to ${LONGEST_ACCESS}`,
      when: ({ issues }) => issues.length === 0,
    })
    .default('1h'),
});

function isAccessTime(text: string): boolean {
  const ms = durationMs(text);
  return ms >= durationMs(SHORTEST_ACCESS) && ms <= durationMs(LONGEST_ACCESS);
}

/** The body of an extension: how long it shall stay awake from now on, at the least. */
export const extendSchema = identitySchema.extend({ ttl: lifetime });

/** All that it takes to build an environment: what a life of it is started with, and what its namespace remembers. */
export interface Specification extends Identity {
  template: { name: string; digest: string };
  parameters: ParameterValues;
  ttl: string;
  recipe: Recipe;
  /** Set where nothing was asked for but that there be an environment: what was prepared by name will do, whatever it is. */
  isOpen?: true;
  /** The places (JSON Pointers) of the recipe that late parameters set, by their names. Where there are none, missing. */
  late?: Record<string, string[]>;
}

/** What of a request an environment that already runs does not have: such a start is refused and changes nothing. */
export function differences(request: StartRequest, running: Environment): string[] {
  const parameters = Object.entries(request.parameters ?? {}).flatMap(([name, value]) => {
    if (!Object.hasOwn(running.parameters, name)) return [`parameter '${name}' is not there`];
    const actual = running.parameters[name];
    return String(actual) === String(value) ? [] : [`parameter '${name}' is ${JSON.stringify(actual)}`];
  });
  const { template, ttl } = request;
  const otherTemplate = template !== undefined && template !== running.template.name;
  const otherTtl = ttl !== undefined && durationMs(ttl) !== durationMs(running.ttl);
  return [
    ...(otherTemplate ? [`template is '${running.template.name}'`] : []),
    ...parameters,
    ...(otherTtl ? [`ttl is '${running.ttl}'`] : []),
  ];
}
