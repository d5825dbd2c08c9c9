import { describe, expect, test } from 'vitest';
import { lifetimeFault } from '../../src/environment/lifetime.ts';
import { queued } from '../../src/environment/queued.ts';
import { reachOf } from '../../src/environment/reach.ts';
import { differences, identitySchema, startSchema } from '../../src/environment/request.ts';
import { fullRecipe } from './recipes.ts';
import { environment } from './samples.ts';

const pair = { dev_id: 'ada', project: 'engine' };

describe('the body of a start', () => {
  test.each<[string, object]>([
    ['the pair alone', {}],
    ['a template', { template: 'node' }],
    ['parameters of all types', { parameters: { a: 'text', b: 1, c: true } }],
    ['a lifetime', { ttl: '8h' }],
  ])('may have %s', (_, more) => expect(startSchema.parse({ ...pair, ...more })).toEqual({ ...pair, ...more }));

  test.each<[string, unknown]>([
    ['no developer', { project: 'engine' }],
    ['no project', { dev_id: 'ada' }],
    ['an unknown field', { ...pair, colour: 'red' }],
    ['a developer that is a number', { ...pair, dev_id: 1 }],
    ['a developer that is a list', { ...pair, dev_id: ['ada'] }],
    ['a project that is null', { ...pair, project: null }],
    ['an empty developer', { ...pair, dev_id: '' }],
    ['a developer in capitals', { ...pair, dev_id: 'Ada' }],
    ['a developer of 64 characters', { ...pair, dev_id: 'a'.repeat(64) }],
    ['a project of 300 characters', { ...pair, project: 'a'.repeat(300) }],
    ['a project that climbs', { ...pair, project: '../etc' }],
    ['a template that is a number', { ...pair, template: 1 }],
    ['a parameter that is an object', { ...pair, parameters: { a: {} } }],
    ['a parameter that is null', { ...pair, parameters: { a: null } }],
    ['parameters that are a list', { ...pair, parameters: [] }],
    ['a lifetime that is a number', { ...pair, ttl: 8 }],
    ['a lifetime that is none', { ...pair, ttl: '8 hours' }],
    ['nothing', undefined],
    ['a text', 'ada'],
  ])('is refused with %s', (_, body) => expect(startSchema.safeParse(body).success).toBe(false));

  test('is more than that of a termination, which has the pair and nothing else', () => {
    expect(identitySchema.parse(pair)).toEqual(pair);
    expect(identitySchema.safeParse({ ...pair, template: 'node' }).success).toBe(false);
  });
});

describe('a start of what already runs', () => {
  const running = environment({
    template: { name: 'node', digest: 'sha256:0' },
    parameters: { cpu: '2', replicas: 2, debug: false },
  });

  test.each<[string, object]>([
    ['nothing', {}],
    ['the same template', { template: 'node' }],
    ['the same parameters', { parameters: { cpu: '2', replicas: 2, debug: false } }],
    ['an amount as a number', { parameters: { cpu: 2 } }],
    ['the same lifetime, written otherwise', { ttl: '480m' }],
  ])('is the same environment when it asks for %s', (_, request) =>
    expect(differences({ ...pair, ...request }, running)).toEqual([]),
  );

  test.each<[string, object, string[]]>([
    ['another template', { template: 'python' }, ["template is 'node'"]],
    ['another lifetime', { ttl: '1h' }, ["ttl is '8h'"]],
    ['another value', { parameters: { cpu: '1' } }, ['parameter \'cpu\' is "2"']],
    ['false for what is true', { parameters: { debug: true } }, ["parameter 'debug' is false"]],
    ['a parameter that it does not have', { parameters: { gpu: 1 } }, ["parameter 'gpu' is not there"]],
    ['a parameter that every object has', { parameters: { toString: 'x' } }, ["parameter 'toString' is not there"]],
    [
      'several other things',
      { template: 'python', parameters: { cpu: '2', replicas: 3 } },
      ["template is 'node'", "parameter 'replicas' is 2"],
    ],
  ])('names what differs when it asks for %s', (_, request, expected) =>
    expect(differences({ ...pair, ...request }, running)).toEqual(expected),
  );
});

describe('a lifetime', () => {
  const lifetime = { ttl: '8h', max_ttl: '30d' };

  test.each(['1s', '8h', '30d', '720h'])('of %s is to be had where the most is 30d', (ttl) =>
    expect(lifetimeFault(ttl, lifetime)).toBeUndefined(),
  );

  test.each(['31d', '721h', '999999d'])('of %s is not', (ttl) =>
    expect(lifetimeFault(ttl, lifetime)).toBe('must be at most 30d'),
  );
});

test('an environment that was just asked for is queued, without namespace, step or recipe', () => {
  const specification = {
    ...pair,
    template: { name: 'full', digest: 'sha256:1' },
    parameters: { cpu: '2' },
    ttl: '8h',
    recipe: fullRecipe(),
  };
  expect(queued(specification, new Date(0))).toEqual({
    ...pair,
    state: 'queued',
    namespace: null,
    template: { name: 'full', digest: 'sha256:1' },
    parameters: { cpu: '2' },
    ttl: '8h',
    may_reach: reachOf(fullRecipe().guards),
    provisioned_from: 'cold',
    created_at: '1970-01-01T00:00:00.000Z',
    steps: [],
  });
});
