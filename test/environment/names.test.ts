import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IDENTIFIER, workflowId } from '../../src/environment/identity.ts';
import { namespaceCandidates } from '../../src/environment/names.ts';
import { identifiers, identities } from './samples.ts';

/** A label as RFC 1123 has it, written here once more so that the product's own expression is not its judge. */
function isLabel(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9-]+$/.test(name) && !name.startsWith('-') && !name.endsWith('-');
}

const runs = fc.uuid();
const lives = fc.record({ identity: identities, run: runs });

describe('what names a developer or a project', () => {
  test.each(['a', '0', 'user123', 'new_feature', 'ada.lovelace@example.org', 'a-b', 'a'.repeat(63)])(
    '%s is taken',
    (text) => expect(text).toMatch(IDENTIFIER),
  );

  test.each([
    '',
    'A',
    'Ada',
    '-a',
    'a-',
    '.a',
    'a@',
    '../etc',
    'a/b',
    'a b',
    'a\n',
    '\u0000',
    'ä',
    'а',
    'a'.repeat(64),
  ])('%j is refused', (text) => expect(text).not.toMatch(IDENTIFIER));

  test('the generator of these tests makes nothing but identifiers', () => {
    fc.assert(fc.property(identifiers, (text) => IDENTIFIER.test(text)));
  });
});

describe('the id of an environment’s workflow', () => {
  test('tells any two pairs apart', () => {
    fc.assert(
      fc.property(identities, identities, (one, other) => {
        const same = one.dev_id === other.dev_id && one.project === other.project;
        expect(workflowId(one) === workflowId(other)).toBe(same);
      }),
    );
  });

  test('tells pairs apart whose texts run together to the same', () => {
    fc.assert(
      fc.property(fc.array(identifiers, { minLength: 3, maxLength: 3 }), (parts) => {
        const joined = parts.join('-');
        const ids = [1, 2].map((cut) =>
          workflowId({ dev_id: parts.slice(0, cut).join('-'), project: parts.slice(cut).join('-') }),
        );
        expect(new Set(ids).size, joined).toBe(2);
      }),
    );
  });
});

describe('the names that a namespace may get', () => {
  test('are valid labels of RFC 1123, every one, for every pair', () => {
    fc.assert(
      fc.property(lives, ({ identity, run }) => {
        for (const name of namespaceCandidates(identity, run)) expect(isLabel(name), name).toBe(true);
      }),
    );
  });

  test('are several, all different, so that a name taken by somebody else is no dead end', () => {
    fc.assert(
      fc.property(lives, ({ identity, run }) => {
        const names = namespaceCandidates(identity, run);
        expect(new Set(names).size).toBe(names.length);
        expect(names.length).toBeGreaterThanOrEqual(3);
      }),
    );
  });

  test('begin with dev-<dev_id> where that is a valid label', () => {
    expect(namespaceCandidates({ dev_id: 'user123', project: 'new_feature' }, 'run')[0]).toBe('dev-user123');
    fc.assert(
      fc.property(lives, ({ identity, run }) => {
        const plain = `dev-${identity.dev_id}`;
        expect(namespaceCandidates(identity, run).includes(plain)).toBe(isLabel(plain));
      }),
    );
  });

  test('are the same whenever the same life asks', () => {
    fc.assert(
      fc.property(lives, ({ identity, run }) => {
        expect(namespaceCandidates({ ...identity }, run)).toEqual(namespaceCandidates(identity, run));
      }),
    );
  });

  test('are shared by two pairs only where both are one developer’s, and then only dev-<dev_id>', () => {
    // Random pairs are far apart; those of one developer, or with one beginning, are as close as pairs come.
    const close = fc
      .tuple(identities, identifiers, identifiers)
      .chain(([one, devId, project]) =>
        fc.tuple(
          fc.constant(one),
          fc.constantFrom({ dev_id: devId, project }, { ...one, project }, { ...one, dev_id: devId }),
        ),
      );
    fc.assert(
      fc.property(close, runs, ([one, other], run) => {
        fc.pre(one.dev_id !== other.dev_id || one.project !== other.project);
        // The same run for both: the pair alone must keep them apart.
        const shared = namesInCommon(namespaceCandidates(one, run), namespaceCandidates(other, run));
        const plain = `dev-${one.dev_id}`;
        expect(shared).toEqual(one.dev_id === other.dev_id && isLabel(plain) ? [plain] : []);
      }),
      { numRuns: 500 },
    );
  });

  test('are shared by two lives of one pair only as dev-<dev_id>: a hashed name is never used again', () => {
    fc.assert(
      fc.property(identities, runs, runs, (identity, one, other) => {
        fc.pre(one !== other);
        const plain = `dev-${identity.dev_id}`;
        const shared = namesInCommon(namespaceCandidates(identity, one), namespaceCandidates(identity, other));
        expect(shared).toEqual(isLabel(plain) ? [plain] : []);
      }),
    );
  });

  test('differ for developers whose slugs are the same', () => {
    const run = 'one-and-the-same';
    const names = ['a.b', 'a_b', 'a@b', 'a..b'].flatMap((dev_id) => namespaceCandidates({ dev_id, project: 'p' }, run));
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(['.', '-', '_', '@', ''])(
    'differ for developer and project whose texts run together to the same, by %j',
    (by) => {
      // So long that the slug is cut off before the two differ.
      const long = 'a'.repeat(45);
      const [one, other] = [
        { dev_id: `${long}${by}b`, project: 'c' },
        { dev_id: long, project: `b${by}c` },
      ].map((identity) => namespaceCandidates(identity, 'run').slice(-3));
      expect(namesInCommon(one ?? [], other ?? [])).toEqual([]);
    },
  );

  test('leave no guessing: the run, which nobody knows before, is in the hash', () => {
    const identity = { dev_id: 'mallory.x', project: 'p' };
    const hashes = Array.from({ length: 1000 }, (_, run) => namespaceCandidates(identity, String(run))).flat();
    expect(new Set(hashes).size).toBe(3000);
    for (const name of hashes.slice(0, 30)) expect(name).toMatch(/^dev-mallory-x-[0-9a-v]{13}$/);
  });
});

function namesInCommon(one: string[], other: string[]): string[] {
  return one.filter((name) => other.includes(name));
}
