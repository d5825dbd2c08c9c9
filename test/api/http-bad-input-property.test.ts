import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { type Identity, workflowId } from '../../src/environment/identity.ts';
import { adminToken, someDeveloper, temporalClient, terminate } from '../setup/client.ts';
import { sendRaw } from './raw-request.ts';
import { expectNothingCreated, expectProblem } from './refusals.ts';

const RUNS = 150;
const HEADERS = { 'Content-Type': 'application/json', Prefer: 'respond-async' };
const REFUSALS = ['malformed-request', 'invalid-request', 'unknown-template'] as const;
const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Stands for the identifiers of the run's own environment. */
const OWN = '%own%';

/** A field that is mostly what it should be, so that the other fields come to their turn. */
function mostly(right: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() });
}

const ttl = fc.tuple(fc.integer({ min: -1, max: 800 }), fc.constantFrom(...Object.keys(SECONDS), 'y', ''));

const start = fc.record(
  {
    dev_id: mostly(fc.constant(OWN)),
    project: mostly(fc.constant(OWN)),
    template: mostly(fc.constant('bare')),
    parameters: mostly(fc.constant({})),
    ttl: mostly(ttl.map((parts) => parts.join(''))),
  },
  { requiredKeys: ['template'] },
);
const startWithMore = fc
  .tuple(start, fc.string(), fc.jsonValue())
  .map(([some, key, more]) => ({ ...some, [key]: more }));
const body = fc.oneof(
  { weight: 6, arbitrary: start },
  { weight: 1, arbitrary: startWithMore },
  { weight: 1, arbitrary: fc.jsonValue() },
);

/** Whether this is a start of the template `bare`, as the API is described. */
function isValid(sent: unknown): sent is Identity {
  if (typeof sent !== 'object' || sent === null) return false;
  const { dev_id, project, template, parameters = {}, ttl = '8h', ...others } = sent as Record<string, unknown>;
  const [, count, unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(typeof ttl === 'string' ? ttl : '') ?? [];
  return (
    [dev_id, project].every(
      (name) => typeof name === 'string' && /^[a-z0-9._@-]{1,63}$/.test(name) && /^[a-z0-9](.*[a-z0-9])?$/.test(name),
    ) &&
    template === 'bare' &&
    JSON.stringify(parameters) === '{}' &&
    count !== undefined &&
    Number(count) * (SECONDS[unit] ?? Number.NaN) <= 30 * 86_400 &&
    Object.keys(others).length === 0
  );
}

it('whatever JSON is sent as a start: it is taken where it is valid, else refused with nothing created', async () => {
  const token = await adminToken();
  const temporal = await temporalClient();
  const mark = someDeveloper('any');
  const taken = new Map<string, Identity>();
  onTestFinished(async () => {
    await Promise.all([...taken.values()].map((identity) => terminate(token, identity)));
  });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(body, async (value) => {
      const name = `${mark}-${runs++}`;
      const text = JSON.stringify(value).replaceAll(OWN, name);
      const sent = JSON.parse(text);
      const answer = await sendRaw(token, { headers: HEADERS, body: text });
      if (answer.status < 300) taken.set(workflowId(sent), sent);
      if (isValid(sent)) {
        expect([200, 202]).toContain(answer.status);
        return;
      }
      const { type } = JSON.parse(answer.text);
      expectProblem(answer, 400, REFUSALS.find((kind) => type.endsWith(`:${kind}`)) ?? 'invalid-request');
      await expectNothingCreated({ dev_id: name, project: name });
    }),
    { numRuns: RUNS },
  );
  expect(taken.size).toBeGreaterThan(2);
  expect(taken.size).toBeLessThan(RUNS);
  const expected = [...taken.keys()].filter((id) => id.includes(mark)).sort();
  await expect.poll(() => workflowsOf(mark)).toEqual(expected);

  async function workflowsOf(part: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const { workflowId: id } of temporal.workflow.list()) if (id.includes(part)) ids.push(id);
    // Some have so short a ttl that they are torn down already.
    return ids.filter((id) => id.startsWith('environment/')).sort();
  }
});
