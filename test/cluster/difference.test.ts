import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultText, kindFaults } from '../../src/cluster/compare.ts';
import { firstDifference } from '../../src/cluster/difference.ts';
import { type DesiredObject, desiredObjects } from '../../src/cluster/objects/desired.ts';
import { fullRecipe } from '../environment/recipes.ts';
import { answered, at, type Node, places } from './answers.ts';

const EXACT = ['NetworkPolicy', 'RoleBinding', 'ResourceQuota', 'LimitRange'];
const { guards, workload } = desiredObjects('dev-ada', fullRecipe());
const objects = [...guards, ...workload]
  .flat()
  .map((object) => ({ name: `${object.kind} ${object.metadata.name}`, object }));

/** Where the apiserver's answer has what was asked for, apart from name and labels. */
function askedFor(object: DesiredObject): (string | number)[][] {
  const answer = answered(object);
  return places({ ...object })
    .map(({ keys }) => keys)
    .filter(([top]) => top !== 'metadata' && top !== 'kind' && top !== 'apiVersion')
    .filter((keys) => !isEmptyList(at(object, keys)) && at(answer, keys) !== undefined);
}

/** The faults of an answer in which one place was tampered with. */
function faultsAfter(object: DesiredObject, keys: (string | number)[], tamper: (holder: never, key: never) => void) {
  const answer = answered(object);
  tamper(at(answer, keys.slice(0, -1)) as never, keys.at(-1) as never);
  return kindFaults(object.kind, [object], [answer]).map(faultText);
}

describe('an object as the apiserver answers it', () => {
  test.each(objects)('is what was asked for, with defaults and amounts in another spelling: $name', ({ object }) => {
    expect(kindFaults(object.kind, [object], [answered(object)])).toEqual([]);
  });

  test.each(objects)('is not, with any one place taken away: $name', ({ object }) => {
    for (const keys of askedFor(object)) {
      const faults = faultsAfter(object, keys, (holder: Node, key: number & string) => {
        if (Array.isArray(holder)) holder.splice(key, 1);
        else delete holder[key];
      });
      expect(faults, keys.join('.')).toEqual([
        expect.stringContaining(`${object.kind} ${object.metadata.name} differs in`),
      ]);
    }
  });

  test.each(objects)('is not, with any one value changed: $name', ({ object }) => {
    for (const keys of askedFor(object)) {
      const faults = faultsAfter(object, keys, (holder: Record<string, unknown>, key: string) => {
        holder[key] = other(holder[key]);
      });
      expect(faults, keys.join('.')).toHaveLength(1);
    }
  });

  test.each(objects)('is not, with anything more in any list: $name', ({ object }) => {
    const lists = askedFor(object).filter((keys) => Array.isArray(at(object, keys)));
    for (const keys of lists) {
      const faults = faultsAfter(object, keys, (holder: Record<string, unknown[]>, key: string) => {
        holder[key]?.push('one more');
      });
      expect(faults, keys.join('.')).toHaveLength(1);
    }
  });

  test.each(objects.filter(({ object }) => EXACT.includes(object.kind)))(
    'is not, where it isolates and has anything more at all: $name',
    ({ object }) => {
      const records = askedFor(object).filter((keys) => isRecord(at(object, keys)));
      for (const keys of records) {
        for (const added of [{}, { a: 1 }, ['a'], 'a', true]) {
          const faults = faultsAfter(object, keys, (holder: Record<string, Record<string, unknown>>, key: string) => {
            Object.assign(holder[key] ?? {}, { more: added });
          });
          expect(faults, keys.join('.')).toHaveLength(1);
        }
      }
    },
  );
});

describe('a guard that is open a crack', () => {
  const [within, dns, registry] = ['allow-within', 'allow-dns', 'allow-to-registry'].map(
    (name) => objects.find(({ object }) => object.metadata.name === name)?.object as DesiredObject,
  ) as [DesiredObject, DesiredObject, DesiredObject];

  test.each<[string, DesiredObject, (string | number)[], unknown]>([
    ['everyone’s pods rather than its own', within, ['spec', 'ingress', 0, '_from', 0, 'namespaceSelector'], {}],
    ['everywhere', within, ['spec', 'egress', 0], {}],
    ['all ports from one on', dns, ['spec', 'egress', 0, 'ports', 0, 'endPort'], 65_535],
    ['all pods of kube-system', dns, ['spec', 'egress', 0, 'to', 0, 'podSelector'], {}],
    ['a larger block', registry, ['spec', 'egress', 0, 'to', 0, 'ipBlock', 'cidr'], '203.0.112.0/23'],
    ['all ports', registry, ['spec', 'egress', 0, 'ports'], undefined],
    ['itself alone', within, ['spec', 'podSelector'], { matchLabels: { app: 'none' } }],
  ])('is found: %s', (_, object, keys, value) => {
    const faults = faultsAfter(object, keys, (holder: Record<string, unknown>, key: string) => {
      holder[key] = value;
    });
    expect(faults).toEqual([expect.stringMatching(/^NetworkPolicy \S+ differs in spec\./)]);
  });

  test('is found: a peer chosen by namespace where it should be chosen by pod', () => {
    const peer = ['spec', 'ingress', 0, '_from', 0];
    const faults = faultsAfter(within, peer, (holder: unknown[], key: number) => {
      holder[key] = { namespaceSelector: {} };
    });
    expect(faults).toHaveLength(1);
  });

  test('is found: a quota that counts only some pods', () => {
    const quota = objects.find(({ object }) => object.kind === 'ResourceQuota')?.object as DesiredObject;
    const faults = faultsAfter(quota, ['spec', 'scopes'], (holder: Record<string, unknown>, key: string) => {
      holder[key] = ['BestEffort'];
    });
    expect(faults).toEqual(['ResourceQuota quota differs in spec.scopes']);
  });
});

describe('the objects of a kind', () => {
  const ofKind = (kind: string) => objects.flatMap(({ object }) => (object.kind === kind ? [object] : []));

  test.each(['NetworkPolicy', 'RoleBinding'])('are found where there is one too many: %s', (kind) => {
    const desired = ofKind(kind);
    const extra = { apiVersion: 'v1', kind, metadata: { name: 'more' } };
    expect(kindFaults(kind, desired, [...desired.map(answered), extra]).map(faultText)).toEqual([
      `${kind} more was not asked for`,
    ]);
  });

  test.each(['ConfigMap', 'ServiceAccount', 'Deployment', 'Service', 'PersistentVolumeClaim', 'ResourceQuota'])(
    'may be more than were asked for, where more opens nothing: %s',
    (kind) => {
      const desired = ofKind(kind);
      const extra = { apiVersion: 'v1', kind, metadata: { name: 'more' } };
      expect(kindFaults(kind, desired, [extra, ...desired.map(answered)])).toEqual([]);
    },
  );

  test('are each named where they are missing', () => {
    expect(kindFaults('ServiceAccount', ofKind('ServiceAccount'), []).map(faultText)).toEqual([
      'ServiceAccount default is missing',
      'ServiceAccount developer is missing',
    ]);
  });
});

describe('a difference', () => {
  test.each<[unknown, unknown, string]>([
    [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 3 }] } }, 'a.b[1].c'],
    [{ a: false }, {}, 'a'],
    [{ a: 0 }, { a: false }, 'a'],
    [{ a: '' }, { a: 'b' }, 'a'],
    [{ a: 'b' }, { a: '' }, 'a'],
    [{ a: {} }, {}, 'a'],
    [{ a: {} }, { a: { b: 1 } }, 'a'],
    [{ a: [] }, { a: [1] }, 'a'],
    [{ a: [1] }, { a: [1, 1] }, 'a'],
    [{ a: [1, 2] }, { a: [2, 1] }, 'a[0]'],
    [{ a: { b: 1 } }, { a: null }, 'a'],
    [{ a: { b: 1 } }, { a: 'b' }, 'a'],
  ])('between %j and %j is at %s', (desired, live, path) => expect(firstDifference(desired, live)).toBe(path));

  test.each<[unknown, unknown]>([
    [{ a: [] }, {}],
    [{ a: '' }, {}],
    [{ a: undefined }, {}],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ spec: { hard: { 'requests.cpu': '1000m' } } }, { spec: { hard: { 'requests.cpu': '1' } } }],
    [{ spec: { limits: [{ max: { memory: '1024Mi' } }] } }, { spec: { limits: [{ max: { memory: '1Gi' } }] } }],
  ])('between %j and %j is none', (desired, live) => expect(firstDifference(desired, live)).toBeUndefined());

  test('in text that merely looks like an amount is one: configuration is compared to the letter', () => {
    expect(firstDifference({ data: { 'a.limits.b': '1000m' } }, { data: { 'a.limits.b': '1' } })).toBe(
      'data.a.limits.b',
    );
  });

  test('is never between a value and itself, and always where one text is another', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
        fc.string(),
        fc.string(),
        (value, one, other) => {
          expect(firstDifference(value, structuredClone(value))).toBeUndefined();
          expect(firstDifference({ ...value, text: one }, { ...value, text: other }) === undefined).toBe(one === other);
        },
      ),
    );
  });
});

/** Something of the same type that is not the same. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string') return /^\d/.test(value) ? `9${value}` : `${value}x`;
  return 'something else';
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
