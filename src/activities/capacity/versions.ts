import type { Specification } from '../../environment/request.ts';
import { slotIdentity } from '../../environment/slot.ts';
import { TemplateError } from '../../environment/template.ts';
import type { TemplateCatalogue } from '../../templates/catalogue.ts';
import { specificationOf, UnknownTemplateError } from '../../templates/specification.ts';

/** What a start gets of a template now. */
export type Version =
  | { state: 'there'; specification: Specification }
  /** Starts of it are refused: nobody could claim a slot. */
  | { state: 'gone' }
  /** Its file cannot be used just now, and will be mended. */
  | { state: 'unusable'; reason: string };

/** What slots of a template are made of now. Whose they are to be is still to be said. */
export async function versionOf(template: string, templates: TemplateCatalogue): Promise<Version> {
  try {
    const specification = await specificationOf({ ...slotIdentity(template, '0'), template }, templates);
    return { state: 'there', specification };
  } catch (error) {
    if (error instanceof UnknownTemplateError) return { state: 'gone' };
    if (!(error instanceof TemplateError)) throw error;
    return { state: 'unusable', reason: error.message };
  }
}
