import { floorsSchema } from '../capacity/floors.ts';
import { TemplateCatalogue } from '../templates/catalogue.ts';
import type { StartOptions } from './options.ts';
import { BUILT_IN_TEMPLATES } from './repository.ts';
import { UserError } from './user-error.ts';

/**
 * Checks the pools that were asked for against the templates that there are.
 *
 * @throws {@link UserError} for what cannot be a pool
 */
export async function checkPools({ pools, templates = BUILT_IN_TEMPLATES }: StartOptions): Promise<void> {
  const parsed = floorsSchema.safeParse(pools.join(','));
  if (!parsed.success) throw new UserError(`--pool ${parsed.error.issues[0]?.message}.`);
  const names = await new TemplateCatalogue(templates).names();
  const unknown = Object.keys(parsed.data).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UserError(`--pool needs a template that there is, and "${unknown}" is none: ${names.join(', ')}.`);
}
