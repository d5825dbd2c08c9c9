import { sameQuantity } from '../environment/quantity.ts';

/** Below these keys, texts are amounts, which the apiserver writes in its own way: `1000m` comes back as `1`. */
const AMOUNTS = /^spec\.(?:.+\.)?(?:hard|limits|requests|_default|defaultRequest|max)\./;

/**
 * Where a live object does not have what is desired: the path of the first difference, or `undefined`.
 * What the apiserver adds (defaults, status) is no difference; lists must have the same length, since an element
 * more in a list of rules or capabilities is one too many.
 */
export function firstDifference(desired: unknown, live: unknown, path = ''): string | undefined {
  if (isAbsent(desired)) return isAbsent(live) ? undefined : path;
  if (Array.isArray(desired)) {
    if (!Array.isArray(live) || live.length !== desired.length) return path;
    return first(desired.map((item, index) => () => firstDifference(item, live[index], `${path}[${index}]`)));
  }
  if (typeof desired === 'object') {
    if (typeof live !== 'object' || live === null || (isEmpty(desired as object) && !isEmpty(live))) return path;
    return first(
      Object.entries(desired as object).map(
        ([key, value]) =>
          () =>
            firstDifference(value, (live as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`),
      ),
    );
  }
  if (desired === live) return undefined;
  const bothText = typeof desired === 'string' && typeof live === 'string';
  return bothText && AMOUNTS.test(path) && sameQuantity(desired, live) ? undefined : path;
}

/** The apiserver leaves out empty lists and texts. `{}` is more than nothing: as a selector it means everyone. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0;
}

function first(checks: (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}
