import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { replaceAt } from '../../src/environment/pointer.ts';

describe('replacing what a JSON Pointer names', () => {
  test.each<[string, object, string, string | number | boolean, object]>([
    ['a member', { a: 1 }, '/a', 2, { a: 2 }],
    ['a member further in', { a: { b: { c: 1 } } }, '/a/b/c', 2, { a: { b: { c: 2 } } }],
    ['an element of a list', { a: [1, 2, 3] }, '/a/1', 9, { a: [1, 9, 3] }],
    ['a member with a slash in its name', { 'a/b': 1 }, '/a~1b', 2, { 'a/b': 2 }],
    ['a member with a tilde in its name', { 'a~b': 1 }, '/a~0b', 2, { 'a~b': 2 }],
    ['~01 as ~1, not as a slash', { '~1': 1, '/': 1 }, '/~01', 2, { '~1': 2, '/': 1 }],
    ['a member without a name', { '': 1 }, '/', 2, { '': 2 }],
    ['a text by a number, as text', { a: '1' }, '/a', 2, { a: '2' }],
    ['a text by true, as text', { a: 'no' }, '/a', true, { a: 'true' }],
    ['a number by a text, as it is', { a: 1 }, '/a', 'two', { a: 'two' }],
    ['what is false', { a: false }, '/a', true, { a: true }],
  ])('replaces %s', (_, document, pointer, value, expected) => {
    expect(replaceAt(document, pointer, value)).toBe(true);
    expect(document).toEqual(expected);
  });

  test.each<[string, object, string]>([
    ['no such member', { a: 1 }, '/b'],
    ['no such parent', { a: 1 }, '/b/c'],
    ['a member of a number', { a: 1 }, '/a/b'],
    ['a letter of a text', { a: 'abc' }, '/a/0'],
    ['a member of null', { a: null }, '/a/b'],
    ['past the end of a list', { a: [1] }, '/a/1'],
    ['the end of a list', { a: [1] }, '/a/-'],
    ['an element by another spelling of its number', { a: [1, 2] }, '/a/01'],
    ['the length of a list', { a: [1, 2] }, '/a/length'],
    ['what every object has', { a: {} }, '/a/constructor'],
    ['the prototype', { a: {} }, '/a/__proto__'],
    ['something of the prototype', { a: {} }, '/a/__proto__/polluted'],
    ['something of the prototype, by way of the constructor', { a: {} }, '/a/constructor/prototype/polluted'],
    ['the whole document', { a: 1 }, ''],
  ])('changes nothing where there is no place: %s', (_, document, pointer) => {
    const before = structuredClone(document);
    expect(replaceAt(document, pointer, 1)).toBe(false);
    expect(document).toEqual(before);
    expect({}).not.toHaveProperty('polluted');
  });

  test('finds every member by its escaped name, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a') }), fc.integer(), (name, value) => {
        const document = { [name]: 'before', other: 'other' };
        const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        expect(replaceAt(document, pointer, value)).toBe(true);
        expect(document).toEqual({ [name]: String(value), other: 'other' });
      }),
    );
  });
});
