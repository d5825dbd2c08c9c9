import type { Settings } from '../../capacity/settings.ts';
import type { TemplateCatalogue } from '../../templates/catalogue.ts';
import { invalid, pointer } from '../http/validate.ts';

/**
 * Refuses settings that name a template which there is not.
 * @throws ProblemError with 400 that lists the places
 */
export async function mustExist(settings: Settings, templates: TemplateCatalogue): Promise<void> {
  const names = await templates.names();
  const unknown = namedIn(settings).filter(({ name }) => !names.includes(name));
  if (unknown.length === 0) return;
  const detail = `names no template that there is: ${names.join(', ')}`;
  throw invalid(unknown.map(({ path }) => ({ pointer: pointer(path), detail })));
}

/** Every template that is named, with its place. */
function namedIn({ pools, calendar }: Settings): { name: string; path: PropertyKey[] }[] {
  return [
    ...Object.keys(pools).map((name) => ({ name, path: ['pools', name] })),
    ...calendar.flatMap(({ template, roster = [] }, entry) => [
      ...named(template, ['calendar', entry]),
      ...roster.flatMap(({ template }, one) => named(template, ['calendar', entry, 'roster', one])),
    ]),
  ];
}

function named(name: string | undefined, path: PropertyKey[]): { name: string; path: PropertyKey[] }[] {
  return name === undefined ? [] : [{ name, path: [...path, 'template'] }];
}
