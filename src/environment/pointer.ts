/**
 * Replaces the value at a JSON Pointer (RFC 6901), as the `replace` of a JSON Patch (RFC 6902) does: the place must
 * exist. A value that takes the place of a text is put there as text.
 *
 * @throws RangeError where there is no such place
 */
export function replaceAt(document: object, pointer: string, value: string | number | boolean): void {
  const keys = pointer.split('/').slice(1).map(unescaped);
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>((place, key) => memberOf(place, key, pointer), document);
  const current = memberOf(parent, last, pointer);
  (parent as Record<string, unknown>)[last] = typeof current === 'string' ? String(value) : value;
}

function memberOf(place: unknown, key: string, pointer: string): unknown {
  if (typeof place !== 'object' || place === null || !Object.hasOwn(place, key)) {
    throw new RangeError(`There is nothing at ${pointer} to set: '${key}' does not exist.`);
  }
  return (place as Record<string, unknown>)[key];
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
