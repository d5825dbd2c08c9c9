/**
 * Replaces the value at a JSON Pointer (RFC 6901), as the `replace` of a JSON Patch (RFC 6902) does: the place must
 * exist. A value that takes the place of a text is put there as text.
 *
 * @returns whether there is such a place
 */
export function replaceAt(document: object, pointer: string, value: string | number | boolean): boolean {
  const keys = pointer.split('/').slice(1).map(unescaped);
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>(memberOf, document);
  const current = memberOf(parent, last);
  if (current === undefined) return false;
  (parent as Record<string, unknown>)[last] = typeof current === 'string' ? String(value) : value;
  return true;
}

/** Enumerable members only: a list's `length` is no place of a document. */
function memberOf(place: unknown, key: string): unknown {
  const has = typeof place === 'object' && place !== null && Object.prototype.propertyIsEnumerable.call(place, key);
  return has ? (place as Record<string, unknown>)[key] : undefined;
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
