import type { Specification, StartRequest } from '../../environment/request.ts';
import type { TemplateCatalogue } from '../../templates/catalogue.ts';
import { specificationOf, UnbuildableError, UnknownTemplateError } from '../../templates/specification.ts';
import { refuse } from '../http/problems.ts';
import { invalid, pointer } from '../http/validate.ts';

/**
 * Works out all that it takes to build what was asked for.
 * @throws ProblemError with 400 where template, parameters or lifetime are not to be had
 */
export async function specify(request: StartRequest, templates: TemplateCatalogue): Promise<Specification> {
  try {
    return await specificationOf(request, templates);
  } catch (error) {
    if (error instanceof UnknownTemplateError) throw refuse('unknown-template', error.message);
    if (error instanceof UnbuildableError)
      throw invalid(error.faults.map(({ path, reason }) => ({ pointer: pointer(path), detail: reason })));
    throw error;
  }
}
