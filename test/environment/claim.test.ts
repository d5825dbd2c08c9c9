import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { claimedAs } from '../../src/environment/claim.ts';
import type { ParameterValue } from '../../src/environment/environment.ts';
import type { Specification } from '../../src/environment/request.ts';
import { slotIdentity } from '../../src/environment/slot.ts';
import { fillIn, latePlaces, parseTemplate, resolveParameters } from '../../src/environment/template.ts';
import { FULL_TEMPLATE } from './recipes.ts';

const template = parseTemplate(
  'full.yaml',
  `${FULL_TEMPLATE.replace('later: {}', 'later: { greeting: "", farewell: "", limit: "" }')}
  greeting: { type: string, description: A word., default: "", late: true, sets: [/workload/config/later/greeting, /workload/config/later/farewell] }
  limit: { type: integer, description: A number., default: 1, minimum: 0, maximum: 99, late: true, sets: [/workload/config/later/limit] }
`,
);
const [SLOTS, STARTS] = ['sha256:0', 'sha256:1'];

function specification(given: Record<string, ParameterValue>, digest = STARTS, ttl = '8h'): Specification {
  const parameters = resolveParameters(template, given);
  const recipe = fillIn(template, parameters);
  const late = latePlaces(template);
  const built = { parameters, ttl, recipe, ...(late && { late }) };
  return { dev_id: 'ada', project: 'engine', template: { name: template.name, digest }, ...built };
}

const slotWith = (given: Record<string, ParameterValue>): Specification => ({
  ...specification(given, SLOTS),
  ...slotIdentity('full', '1'),
});

const early = fc.record({
  colour: fc.constantFrom('blue', 'green'),
  title: fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 10 }),
  replicas: fc.integer({ min: 1, max: 3 }),
  within: fc.boolean(),
  cpu: fc.constantFrom('500m', '1', 2),
});
const late = fc.record({ greeting: fc.string({ maxLength: 256 }), limit: fc.nat(99) });
const ttl = fc.constantFrom('30m', '8h', '30d');

describe('a slot that is claimed', () => {
  it('is what the start would have built, but for the template that it was made of', () => {
    fc.assert(
      fc.property(early, late, late, ttl, (same, before, after, ttl) => {
        const slot = slotWith({ ...same, ...before });
        const wanted = specification({ ...same, ...after }, STARTS, ttl);
        expect(claimedAs(slot, wanted)).toEqual({ ...wanted, template: slot.template });
      }),
    );
  });

  it('differs from the slot in whose it is, for how long, and in what came late; the slot stays as it was', () => {
    fc.assert(
      fc.property(early, late, late, ttl, (same, before, after, ttl) => {
        const slot = slotWith({ ...same, ...before });
        const untouched = structuredClone(slot);
        const claimed = claimedAs(slot, specification({ ...same, ...after }, STARTS, ttl));
        expect(slot).toEqual(untouched);
        const { dev_id, project, parameters } = slot;
        const { later } = slot.recipe.workload.config;
        expect(claimed).toMatchObject({ dev_id: 'ada', project: 'engine', ttl });
        const { greeting, limit } = after;
        expect(claimed?.recipe.workload.config.later).toEqual({ greeting, farewell: greeting, limit: String(limit) });
        const putBack = { ...structuredClone(claimed), dev_id, project, ttl: slot.ttl, parameters } as Specification;
        putBack.recipe.workload.config.later = later ?? {};
        expect(putBack).toEqual(slot);
      }),
    );
  });

  it('is had by every start with the same parameters, also of a later version of the template', () => {
    fc.assert(
      fc.property(early, late, (same, anyLate) => {
        const given = { ...same, ...anyLate };
        for (const digest of [SLOTS, STARTS])
          expect(claimedAs(slotWith(given), specification(given, digest))).toBeDefined();
      }),
    );
  });

  it('is had by no start of which one other parameter differs', () => {
    fc.assert(
      fc.property(
        early,
        early,
        late,
        fc.constantFrom(...Object.keys(template.parameters)),
        (one, other, same, name) => {
          const [had, wanted] = [one, other].map((values) => (values as Record<string, ParameterValue>)[name]);
          fc.pre(had !== undefined && wanted !== undefined && String(had) !== String(wanted));
          const start = specification({ ...one, ...same, [name]: wanted as ParameterValue });
          expect(claimedAs(slotWith({ ...one, ...same }), start)).toBeUndefined();
        },
      ),
    );
  });

  it('has its amounts as the slot has them: a number is the same as its digits', () => {
    expect(claimedAs(slotWith({ cpu: '2' }), specification({ cpu: 2 }))?.parameters.cpu).toBe('2');
  });

  it('has no late places where the slot has none', () => {
    const { late: _, ...slot } = slotWith({});
    expect(claimedAs(slot, specification({}))).not.toHaveProperty('late');
    expect(claimedAs(slot, specification({ greeting: 'hello' }))).toBeUndefined();
  });
});

describe('a slot is left for others', () => {
  const without = (name: string, { parameters, ...rest }: Specification): Specification => {
    const { [name]: _, ...others } = parameters;
    return { ...rest, parameters: others };
  };
  const slot = slotWith({});
  const wanted = specification({});

  test.each<[string, Specification, Specification]>([
    ['it is of another template', slot, { ...wanted, template: { name: 'other', digest: SLOTS } }],
    ['it may not live as long', slot, specification({}, SLOTS, '31d')],
    ['it lacks a parameter', without('cpu', slot), wanted],
    [
      'it lacks a parameter that says as much as nothing',
      slot,
      { ...wanted, parameters: { ...wanted.parameters, note: 'undefined' } },
    ],
    ['it lacks a late parameter', { ...without('limit', slot), late: {} }, wanted],
    ['it has a parameter that nobody knows any more', slot, without('cpu', wanted)],
    ['it has a late parameter that nobody knows any more', slot, without('limit', wanted)],
    ['it has no place for a late parameter', { ...slot, late: { limit: ['/workload/config/later/none'] } }, wanted],
  ])('where %s', (_, slot, wanted) => expect(claimedAs(slot, wanted)).toBeUndefined());
});
