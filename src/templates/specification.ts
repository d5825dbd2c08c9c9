import { withOwnImages } from '../environment/image.ts';
import { lifetimeFault } from '../environment/lifetime.ts';
import type { Specification, StartRequest } from '../environment/request.ts';
import { fillIn, latePlaces, parameterFaults, resolveParameters, TemplateError } from '../environment/template.ts';
import type { TemplateCatalogue } from './catalogue.ts';

/** What is built where no template is named. */
export const DEFAULT_TEMPLATE = 'default';

/** The template that was named is not there. The message says which ones are. */
export class UnknownTemplateError extends Error {
  override readonly name = 'UnknownTemplateError';
  constructor(name: string, known: readonly string[]) {
    super(`There is no template '${name}'. There are: ${known.join(', ')}.`);
  }
}

/** What is wrong with a request, and the members that lead to it. */
export interface RequestFault {
  path: string[];
  reason: string;
}

/** What was asked for cannot be built of its template. Each fault names its place in the request. */
export class UnbuildableError extends Error {
  override readonly name = 'UnbuildableError';
  readonly faults: readonly RequestFault[];
  constructor(faults: readonly RequestFault[]) {
    super(faults.map(({ path, reason }) => `${path.join('.')} ${reason}`).join('; '));
    this.faults = faults;
  }
}

/**
 * All that it takes to build what is asked for: from here on the template's file is not needed any more. What is left
 * out is as the template has it, so that an identity and the name of a template ask for what a warm slot is.
 *
 * @throws UnknownTemplateError where there is no such template
 * @throws UnbuildableError where parameters or lifetime are not to be had
 * @throws TemplateError where the template itself cannot be used
 */
export async function specificationOf(wanted: StartRequest, templates: TemplateCatalogue): Promise<Specification> {
  const { dev_id, project, template: name = DEFAULT_TEMPLATE, parameters: given = {}, ttl } = wanted;
  const found = await templates.find(name);
  if (found === undefined) throw new UnknownTemplateError(name, await templates.names());
  const { template, digest } = found;
  const lifetime = ttl ?? template.lifetime.ttl;
  const tooLong = lifetimeFault(lifetime, template.lifetime);
  const faults = [
    ...parameterFaults(template, given).map(({ name, reason }) => ({ path: ['parameters', name], reason })),
    ...(tooLong === undefined ? [] : [{ path: ['ttl'], reason: tooLong }]),
  ];
  if (faults.length > 0) throw new UnbuildableError(faults);
  const parameters = resolveParameters(template, given);
  try {
    const recipe = withOwnImages(fillIn(template, parameters), templates.ownImages);
    const late = latePlaces(template);
    const specification = { dev_id, project, template: { name, digest }, parameters, ttl: lifetime, recipe };
    return { ...specification, ...(late && { late }), ...(isOpen(wanted) && { isOpen: true }) };
  } catch (error) {
    // Each value keeps its limits, and yet together they come to something that cannot be built.
    if (error instanceof TemplateError) throw new UnbuildableError([{ path: ['parameters'], reason: error.message }]);
    throw error;
  }
}

function isOpen({ template, parameters = {}, ttl }: StartRequest): boolean {
  return template === undefined && ttl === undefined && Object.keys(parameters).length === 0;
}
