import { withOwnImages } from '../../environment/image.ts';
import { lifetimeFault } from '../../environment/lifetime.ts';
import type { Specification, StartRequest } from '../../environment/request.ts';
import { fillIn, parameterFaults, resolveParameters, TemplateError } from '../../environment/template.ts';
import { refuse } from '../http/problems.ts';
import { invalid, pointer } from '../http/validate.ts';
import type { TemplateCatalogue } from '../templates/catalogue.ts';

/** What a start gets that names no template. */
const DEFAULT_TEMPLATE = 'default';

/**
 * Works out all that it takes to build what was asked for. From here on the template's file is not needed any more.
 * @throws ProblemError with 400 where template, parameters or lifetime are not to be had
 */
export async function specify(request: StartRequest, templates: TemplateCatalogue): Promise<Specification> {
  const { dev_id, project, template: name = DEFAULT_TEMPLATE, parameters: given = {}, ttl } = request;
  const found = await templates.find(name);
  if (found === undefined) {
    const names = (await templates.names()).join(', ');
    throw refuse('unknown-template', `There is no template '${name}'. There are: ${names}.`);
  }
  const { template, digest } = found;
  const lifetime = ttl ?? template.lifetime.ttl;
  const tooLong = lifetimeFault(lifetime, template.lifetime);
  const errors = [
    ...parameterFaults(template, given).map(({ name, reason }) => ({
      pointer: pointer(['parameters', name]),
      detail: reason,
    })),
    ...(tooLong === undefined ? [] : [{ pointer: '/ttl', detail: tooLong }]),
  ];
  if (errors.length > 0) throw invalid(errors);
  const parameters = resolveParameters(template, given);
  try {
    const recipe = withOwnImages(fillIn(template, parameters), templates.ownImages);
    return { dev_id, project, template: { name, digest }, parameters, ttl: lifetime, recipe };
  } catch (error) {
    // Each value keeps its limits, and yet together they come to something that cannot be built.
    if (error instanceof TemplateError) throw invalid([{ pointer: '/parameters', detail: error.message }]);
    throw error;
  }
}
