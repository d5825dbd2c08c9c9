import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNothingLeft } from './census.ts';
import type { ProxiedRequest } from './exchange.ts';
import { refuseWith } from './faults.ts';
import { servingStage } from './serving-stage.ts';
import type { Stage } from './stage.ts';

const LATER = { Prefer: 'respond-async' };
const RULE = 'admission webhook "rules.example.com" denied the request: nothing is noted here';
const refused = refuseWith(403, RULE);
const unavailable = refuseWith(503, 'the server is currently unable to handle the request');

describe('an environment whose namespace cannot be told to remember it', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await servingStage();
  });
  afterAll(() => stage.close());

  test('is handed over once that is possible, and shows meanwhile what is in the way', async () => {
    const environment = stage.environment('patient');
    stage.proxy.on(isNoteOf(environment.dev_id), unavailable, 8);

    await stage.start({ ...environment, template: 'bare' }, { headers: LATER });

    expect(await stage.settled(environment)).toMatchObject({ state: 'ready' });
    const { steps } = await stage.status(environment);
    expect(steps.at(-1)).toMatchObject({ name: 'memory', state: 'done' });
    expect(steps.at(-1)?.attempts).toBeGreaterThan(1);
    await stage.terminate(environment);
  });

  test('is undone where the cluster refuses that for good, and says so', async () => {
    const environment = stage.environment('refused');
    stage.proxy.on(isNoteOf(environment.dev_id), refused);

    await stage.start({ ...environment, template: 'bare' }, { headers: LATER });

    const { state, steps, problem } = await stage.settled(environment);
    expect({ state, step: steps.at(-1)?.name, status: problem?.status }).toEqual({
      state: 'failed',
      step: 'memory',
      status: 422,
    });
    expect(problem?.detail).toContain(RULE);
    await expectNothingLeft(stage.scope(environment.dev_id));
  });

  test('falls asleep and wakes all the same, once it was handed over', async () => {
    const environment = stage.environment('forgetful');
    await stage.start({ ...environment, template: 'bare' });
    stage.proxy.on(isNoteOf(environment.dev_id), refused);

    for (const verb of ['sleep', 'wake', 'sleep', 'wake'] as const) {
      const { status, body } = await stage.ask(verb, environment);
      expect({ status, state: body.state }).toEqual({ status: 200, state: verb === 'sleep' ? 'asleep' : 'ready' });
    }

    expect(await stage.terminate(environment)).toMatchObject({ status: 200 });
    await expectNothingLeft(stage.scope(environment.dev_id));
  });
});

/** A merge patch of its namespace; what else is written to one is applied, by force. */
function isNoteOf(developer: string): (request: ProxiedRequest) => boolean {
  return ({ method, resource, namespace, name, query }) =>
    method === 'PATCH' &&
    resource === 'namespaces' &&
    (namespace ?? name) === `dev-${developer}` &&
    !query.includes('force=true');
}
