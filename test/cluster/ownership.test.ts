import type { V1Namespace } from '@kubernetes/client-node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANNOTATION, birthMark, isOurs, ownerMark, wasBornOf } from '../../src/cluster/ownership.ts';
import { identities } from '../environment/samples.ts';

const key = Buffer.alloc(32, 1);
const otherKey = Buffer.alloc(32, 2);
const identity = { dev_id: 'ada', project: 'engine' };
const namespace = { name: 'dev-ada', uid: 'u-1' };
const life = { run: 'r-1', nonce: 'n-1' };

function live(annotations: Record<string, string>, metadata: { name?: string; uid?: string } = namespace): V1Namespace {
  return { metadata: { ...metadata, annotations } };
}

describe('the mark of ownership', () => {
  const marked = live({ [ANNOTATION.ownerMark]: ownerMark(key, namespace, identity) });

  test('proves a namespace ours: of this name, this uid, this developer, this project, made with this key', () => {
    expect(isOurs(key, marked, identity)).toBe(true);
  });

  test.each<[string, Buffer, V1Namespace, typeof identity]>([
    ['another key', otherKey, marked, identity],
    ['another developer', key, marked, { ...identity, dev_id: 'bob' }],
    ['another project', key, marked, { ...identity, project: 'loom' }],
    ['developer and project exchanged', key, marked, { dev_id: 'engine', project: 'ada' }],
    ['another name', key, copiedTo({ ...namespace, name: 'dev-bob' }), identity],
    ['another uid, the name having been given away', key, copiedTo({ ...namespace, uid: 'u-2' }), identity],
    ['no name and no uid', key, copiedTo({}), identity],
  ])('proves nothing with %s', (_, with_, found, who) => expect(isOurs(with_, found, who)).toBe(false));

  test.each(['', '0'.repeat(64), 'x', 'not hex at all', `${ownerMark(key, namespace, identity)}00`])(
    'cannot be made up: %j',
    (mark) => expect(isOurs(key, live({ [ANNOTATION.ownerMark]: mark }), identity)).toBe(false),
  );

  test('is not there on what somebody else made, whatever its labels say', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'berth' };
    const annotations = { [ANNOTATION.developer]: 'ada', [ANNOTATION.project]: 'engine' };
    expect(isOurs(key, { metadata: { ...namespace, labels, annotations } }, identity)).toBe(false);
    expect(isOurs(key, {}, identity)).toBe(false);
  });

  test('is the same for no two pairs, names or uids, however their texts run together', () => {
    const what = fc.record({ name: fc.string({ maxLength: 3 }), uid: fc.string({ maxLength: 3 }), who: identities });
    fc.assert(
      fc.property(what, what, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(ownerMark(key, one, one.who) === ownerMark(key, other, other.who)).toBe(same);
      }),
    );
    expect(ownerMark(key, { name: 'a', uid: 'bc' }, identity)).not.toBe(
      ownerMark(key, { name: 'ab', uid: 'c' }, identity),
    );
  });

  function copiedTo(metadata: { name?: string; uid?: string }): V1Namespace {
    return live(marked.metadata?.annotations ?? {}, metadata);
  }
});

describe('the mark of birth', () => {
  const born = live({ [ANNOTATION.birthMark]: birthMark(key, 'dev-ada', life, identity) });

  test('tells a life the namespace that it created, though the answer was lost', () => {
    expect(wasBornOf(key, born, life, identity)).toBe(true);
  });

  test.each<[string, boolean]>([
    ['another life', wasBornOf(key, born, { ...life, nonce: 'n-2' }, identity)],
    ['another key', wasBornOf(otherKey, born, life, identity)],
    ['another developer', wasBornOf(key, born, life, { ...identity, dev_id: 'bob' })],
    ['another project', wasBornOf(key, born, life, { ...identity, project: 'loom' })],
    ['another name', wasBornOf(key, live(born.metadata?.annotations ?? {}, { name: 'dev-bob' }), life, identity)],
    ['no mark', wasBornOf(key, live({}), life, identity)],
  ])('proves nothing with %s', (_, proved) => expect(proved).toBe(false));

  test('is no mark of ownership, nor the other way round', () => {
    const mark = birthMark(key, 'dev-ada', { run: '', nonce: 'u-1' }, identity);
    expect(isOurs(key, live({ [ANNOTATION.ownerMark]: mark }), identity)).toBe(false);
    const owner = ownerMark(key, { name: 'dev-ada', uid: 'n-1' }, identity);
    expect(wasBornOf(key, live({ [ANNOTATION.birthMark]: owner }), life, identity)).toBe(false);
  });
});
